import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { PaymentForm } from "@/components/buying";
import { money, trackedCart } from "@/components/items";
import { Steps, Summary } from "@/components/summary";
import { checkingOut } from "@/server/checkout";
import { totals, type PaymentType } from "@/shop";

export const metadata: Metadata = { title: "Payment", robots: { index: false } };

const METHODS: Record<PaymentType, [title: string, note: string]> = {
  cod: ["Cash on delivery", "You would pay the courier"],
  bank_transfer: ["Bank transfer", "You would get our account with the confirmation"],
  demo_card: ["Demonstration card", "Always accepted; no number is asked for and no bank is reached"],
};

export default async function PaymentPage() {
  const { cart, checkout } = await checkingOut();
  if (!checkout?.shippingTier) redirect("/checkout/shipping");
  const { value } = totals(cart.goods, checkout.shippingTier);
  return (
    <section className="two">
      <div>
        <Steps at={2} />
        <h1>How do you pay?</h1>
        <p className="note">This is a demonstration shop: whatever you choose, nothing is charged and nothing is sent.</p>
        <PaymentForm cart={trackedCart(cart)} expectedValue={value} orderKey={crypto.randomUUID()} total={money(value, cart.currency)}>
          {(Object.keys(METHODS) as PaymentType[]).map((method, index) => (
            <label key={method} className="choice">
              <input type="radio" name="paymentType" value={method} defaultChecked={index === 0} />
              <span><b>{METHODS[method][0]}</b>{METHODS[method][1]}</span>
            </label>
          ))}
        </PaymentForm>
      </div>
      <Summary cart={cart} tier={checkout.shippingTier} />
    </section>
  );
}
