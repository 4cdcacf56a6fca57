import type { Order } from "@/shop";
import { asked } from "@/shop";
import { Art } from "./art";
import { money } from "./items";
import { Sums, TIERS } from "./summary";

const METHODS: Record<Order["paymentType"], string> = { cod: "cash on delivery", bank_transfer: "bank transfer", demo_card: "demonstration card" };

export function Badge({ order }: { order: Order }) {
  return <span className={`badge ${order.status}`}>{order.status === "placed" ? "Placed" : "Returned"}</span>;
}

/** An order as it was made. */
export function OrderDetails({ order }: { order: Order }) {
  const show = (amount: number) => money(amount, order.currency);
  const { recipient, phone, street, district, city } = order.address;
  return (
    <div className="two">
      <ul className="lines">
        {order.lines.map((line) => (
          <li key={line.productId}>
            <Art product={{ id: line.productId, name: line.name, category: line.category }} />
            <div className="line-words"><b>{line.name}</b><span className="muted">{line.quantity} × {show(asked(line))}</span></div>
            <b className="amount">{show(asked(line) * line.quantity)}</b>
          </li>
        ))}
      </ul>
      <aside className="summary" data-clickstream-ignore="">
        <Sums rows={[["Goods", show(order.goods)], [`Delivery, ${TIERS[order.shippingTier].title.toLowerCase()}`, order.shipping ? show(order.shipping) : "free"]]} total={show(order.value)} tax={show(order.tax)} />
        <address>{recipient}<br />{street}<br />{district}, {city}<br />{phone}</address>
        <p className="muted">Paid by {METHODS[order.paymentType]}: a demonstration, nothing was charged.</p>
      </aside>
    </div>
  );
}
