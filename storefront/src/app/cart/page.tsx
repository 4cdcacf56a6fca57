import type { Metadata } from "next";
import Link from "next/link";
import { Art } from "@/components/art";
import { Quantity } from "@/components/buying";
import { money, trackedCart, trackedProduct } from "@/components/items";
import { Sums } from "@/components/summary";
import { TrackCart } from "@/components/tracking";
import { cart } from "@/server/cart";
import { session } from "@/server/session";
import { asked, totals } from "@/shop";

export const metadata: Metadata = { title: "Your cart", robots: { index: false } };

export default async function CartPage() {
  const held = await cart();
  if (!held?.lines.length)
    return (
      <section className="empty">
        <h1>Your cart is empty</h1>
        <p>What you put into it stays there for 90 days.</p>
        <Link className="primary" href="/">Look around</Link>
      </section>
    );
  const { goods, shipping, tax, value } = totals(held.goods, "standard");
  const show = (amount: number) => money(amount, held.currency);
  const isShort = held.lines.some(({ product, quantity }) => quantity > product.onHand);
  return (
    <section className="two">
      <TrackCart {...trackedCart(held)} />
      <div>
        <h1>Your cart</h1>
        <ul className="lines">
          {held.lines.map(({ product, quantity }) => (
            <li key={product.id}>
              <Link href={`/products/${product.slug}`}><Art product={product} /></Link>
              <div className="line-words">
                <Link href={`/products/${product.slug}`}><b>{product.name}</b></Link>
                <span className="muted">{show(asked(product))} each</span>
                {quantity > product.onHand && <span className="problem">{product.onHand ? `Only ${product.onHand} left` : "Sold out"}</span>}
                <Quantity product={trackedProduct(product)} quantity={quantity} />
              </div>
              <b className="amount">{show(asked(product) * quantity)}</b>
            </li>
          ))}
        </ul>
      </div>
      <aside className="summary">
        <h2>Sum</h2>
        <Sums rows={[["Goods", show(goods)], ["Standard delivery", shipping ? show(shipping) : "free"]]} total={show(value)} tax={show(tax)} />
        {isShort ? <p className="problem">Some of this is not there any more. Please lessen it first.</p> : <Link id="checkout" className="primary" href={(await session()) ? "/checkout" : "/sign-in?to=/checkout"} prefetch={false}>Check out</Link>}
        <p className="muted">A demonstration: nothing is charged, nothing is sent.</p>
      </aside>
    </section>
  );
}
