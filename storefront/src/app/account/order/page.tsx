import type { Metadata } from "next";
import Link from "next/link";
import { ReturnOrder } from "@/components/buying";
import { dateOf } from "@/components/items";
import { Badge, OrderDetails } from "@/components/order";
import { orderOf, type OrderProps } from "@/server/order";

export const metadata: Metadata = { title: "Order", robots: { index: false } };

export default async function OrderPage(props: OrderProps) {
  const order = await orderOf(props);
  return (
    <section>
      <nav className="crumbs" aria-label="Breadcrumb"><Link href="/account/orders">My orders</Link> / {order.id}</nav>
      <header className="page-head">
        <h1>Order {order.id} <Badge order={order} /></h1>
        <p className="muted">Placed on {dateOf(order.placedAt)}{order.refundedAt && `, returned on ${dateOf(order.refundedAt)}`}</p>
      </header>
      <OrderDetails order={order} />
      {order.status === "placed" && <ReturnOrder order={{ id: order.id, value: order.value, currency: order.currency }} />}
    </section>
  );
}
