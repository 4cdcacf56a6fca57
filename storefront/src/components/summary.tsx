import { totals, type Cart, type ShippingTier } from "@/shop";
import { Art } from "./art";
import { money } from "./items";

export const TIERS: Record<ShippingTier, { title: string; note: string }> = {
  standard: { title: "Standard", note: "Two to four days" },
  fast: { title: "Fast", note: "Tomorrow before 18:00, in Hà Nội, Đà Nẵng and Hồ Chí Minh" },
};

/** What an order would cost, beside the steps of the checkout. */
export function Summary({ cart, tier }: { cart: Cart; tier: ShippingTier }) {
  const { goods, shipping, tax, value } = totals(cart.goods, tier);
  const show = (amount: number) => money(amount, cart.currency);
  return (
    <aside className="summary" aria-label="Your order">
      <h2>Your order</h2>
      <ul>
        {cart.lines.map(({ product, quantity }) => (
          <li key={product.id}><Art product={product} /><span>{product.name}</span><b>× {quantity}</b></li>
        ))}
      </ul>
      <Sums rows={[["Goods", show(goods)], [`Delivery, ${TIERS[tier].title.toLowerCase()}`, shipping ? show(shipping) : "free"]]} total={show(value)} tax={show(tax)} />
    </aside>
  );
}

export function Sums({ rows, total, tax }: { rows: [string, string][]; total: string; tax: string }) {
  return (
    <dl className="sums">
      {rows.map(([name, amount]) => <div key={name}><dt>{name}</dt><dd>{amount}</dd></div>)}
      <div className="total"><dt>Total</dt><dd>{total}</dd></div>
      <div className="muted"><dt>of which VAT</dt><dd>{tax}</dd></div>
    </dl>
  );
}

const STEPS = ["Address", "Delivery", "Payment"];

export function Steps({ at }: { at: number }) {
  return (
    <ol className="steps">
      {STEPS.map((step, index) => <li key={step} aria-current={index === at ? "step" : undefined} data-done={index < at}>{step}</li>)}
    </ol>
  );
}
