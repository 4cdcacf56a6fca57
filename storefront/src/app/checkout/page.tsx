import type { Metadata } from "next";
import { AddressForm } from "@/components/buying";
import { trackedCart } from "@/components/items";
import { Steps, Summary } from "@/components/summary";
import { TrackCheckout } from "@/components/tracking";
import { checkingOut } from "@/server/checkout";
import { shop } from "@/server/shop";

export const metadata: Metadata = { title: "Checkout", robots: { index: false } };

export default async function CheckoutPage() {
  const { person, cart, checkout } = await checkingOut();
  const before = checkout?.address ?? (await (await shop()).lastAddress(person)) ?? { recipient: person.name };
  return (
    <section className="two">
      <TrackCheckout {...trackedCart(cart)} />
      <div>
        <Steps at={0} />
        <h1>Where shall it go?</h1>
        <AddressForm before={before} />
      </div>
      <Summary cart={cart} tier="standard" />
    </section>
  );
}
