import type { Metadata } from "next";
import Link from "next/link";
import { trackedLines } from "@/components/items";
import { OrderDetails } from "@/components/order";
import { TrackPurchase } from "@/components/tracking";
import { orderOf, type OrderProps } from "@/server/order";

export const metadata: Metadata = { title: "Thank you for your order", robots: { index: false } };

export default async function OrderComplete(props: OrderProps) {
  const order = await orderOf(props);
  const { id, value, currency, tax, shipping } = order;
  return (
    <section>
      <TrackPurchase order={{ id, value, currency, tax, shipping }} items={trackedLines(order)} />
      <header className="page-head thanks">
        <svg viewBox="0 0 48 48" aria-hidden="true"><circle cx="24" cy="24" r="22" /><path d="M14 25 l7 7 l14 -16" /></svg>
        <h1>Thank you for your order</h1>
        <p>Its number is <b id="order-id">{id}</b>. <Link href="/account/orders">Your orders</Link></p>
      </header>
      <OrderDetails order={order} />
    </section>
  );
}
