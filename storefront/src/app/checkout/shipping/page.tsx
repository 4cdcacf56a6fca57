import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { saveShipping } from "@/app/actions";
import { money, trackedCart } from "@/components/items";
import { Steps, Summary, TIERS } from "@/components/summary";
import { TrackedStep } from "@/components/tracking";
import { checkingOut } from "@/server/checkout";
import { totals, type ShippingTier } from "@/shop";

export const metadata: Metadata = { title: "Delivery", robots: { index: false } };

export default async function ShippingPage() {
  const { cart, checkout } = await checkingOut();
  if (!checkout) redirect("/checkout");
  const { recipient, street, district, city } = checkout.address;
  const chosen = checkout.shippingTier ?? "standard";
  return (
    <section className="two">
      <div>
        <Steps at={1} />
        <h1>How fast?</h1>
        <p className="muted">To {recipient}, {street}, {district}, {city}. <a href="/checkout">Change</a></p>
        <TrackedStep step="shipping" cart={trackedCart(cart)} action={saveShipping} className="form">
          {(Object.keys(TIERS) as ShippingTier[]).map((tier) => {
            const fee = totals(cart.goods, tier).shipping;
            return (
              <label key={tier} className="choice">
                <input type="radio" name="shippingTier" value={tier} defaultChecked={tier === chosen} />
                <span><b>{TIERS[tier].title}</b>{TIERS[tier].note}</span>
                <b>{fee ? money(fee, cart.currency) : "free"}</b>
              </label>
            );
          })}
          <button className="primary">Continue to payment</button>
        </TrackedStep>
      </div>
      <Summary cart={cart} tier={chosen} />
    </section>
  );
}
