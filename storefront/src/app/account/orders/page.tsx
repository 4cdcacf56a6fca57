import type { Metadata } from "next";
import Link from "next/link";
import { redirect } from "next/navigation";
import { dateOf, money } from "@/components/items";
import { Badge } from "@/components/order";
import { session } from "@/server/session";
import { shop } from "@/server/shop";

export const metadata: Metadata = { title: "My orders", robots: { index: false } };

export default async function Orders() {
  const person = await session();
  if (!person) redirect("/sign-in?to=/account/orders");
  const orders = await (await shop()).orders(person);
  return (
    <section>
      <header className="page-head">
        <h1>My orders</h1>
        <p className="muted" data-clickstream-ignore="">Signed in as {person.email || person.name}</p>
      </header>
      {orders.length ? (
        <ul className="orders">
          {orders.map((order) => (
            <li key={order.id}>
              <Link href={`/account/order?id=${order.id}`}>
                <b>{order.id}</b>
                <span>{dateOf(order.placedAt)}</span>
                <span className="muted">{order.lines.map(({ name }) => name).join(", ")}</span>
                <Badge order={order} />
                <b className="amount">{money(order.value, order.currency)}</b>
              </Link>
            </li>
          ))}
        </ul>
      ) : (
        <p className="empty">You have not ordered anything yet.</p>
      )}
    </section>
  );
}
