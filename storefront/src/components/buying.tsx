"use client";
import { addToCart as told, addToWishlist, refund, removeFromCart, share } from "@clickstream/tracker";
import { useRouter } from "next/navigation";
import { useActionState, useState, useTransition, type ReactNode } from "react";
import { addToCart, type Outcome, placeOrder, returnOrder, saveAddress, setLine, toggleWish } from "@/app/actions";
import type { Address } from "@/shop/types";
import type { trackedProduct } from "./items";
import { type Tracked, TrackedStep } from "./tracking";

type Told = ReturnType<typeof trackedProduct>;

export function AddToCart({ product, onHand, isWished }: { product: Told; onHand: number; isWished: boolean }) {
  const [quantity, setQuantity] = useState(1);
  const [said, say] = useState<Outcome & { isDone?: boolean }>({});
  const [isBusy, start] = useTransition();
  const add = () =>
    start(async () => {
      const outcome = await addToCart(product.id, quantity);
      say(outcome.problem ? outcome : { isDone: true });
      if (!outcome.problem) told(product, { currency: product.currency, properties: { quantity } });
    });
  return (
    <div className="buy">
      <div className="buy-row">
        <label className="quantity">
          <span>Quantity</span>
          <select value={quantity} onChange={(event) => setQuantity(Number(event.target.value))} disabled={!onHand}>
            {Array.from({ length: Math.max(1, Math.min(onHand, 10)) }, (_, index) => <option key={index}>{index + 1}</option>)}
          </select>
        </label>
        <button id="add-to-cart" className="primary" onClick={add} disabled={isBusy || !onHand}>
          {onHand ? (isBusy ? "Adding …" : "Add to cart") : "Sold out"}
        </button>
        <Wish product={product} isWished={isWished} />
        <Share product={product} />
      </div>
      <p role="status" className={said.problem ? "problem" : "done"}>
        {said.problem ?? (said.isDone && <>In your cart. <a href="/cart">Go to the cart</a></>)}
      </p>
    </div>
  );
}

function Wish({ product, isWished }: { product: Told; isWished: boolean }) {
  const [isOn, setOn] = useState(isWished);
  const [isBusy, start] = useTransition();
  const toggle = () =>
    start(async () => {
      const isNew = await toggleWish(product.id);
      setOn(isNew);
      if (isNew) addToWishlist(product, { currency: product.currency });
    });
  return (
    <button className="icon" aria-pressed={isOn} aria-label={isOn ? "Remove from wish list" : "Add to wish list"} title="Wish list" onClick={toggle} disabled={isBusy}>
      <svg viewBox="0 0 24 24"><path d="M12 20.5C5 15.5 2.5 12 2.5 8.5 A5 5 0 0 1 12 6.5 A5 5 0 0 1 21.5 8.5 C21.5 12 19 15.5 12 20.5 Z" /></svg>
    </button>
  );
}

function Share({ product }: { product: Told }) {
  const [isCopied, setCopied] = useState(false);
  const pass = async () => {
    const via = "share" in navigator ? "share_sheet" : "copy_link";
    try {
      if (via === "share_sheet") await navigator.share({ title: product.name, url: location.href });
      else await navigator.clipboard.writeText(location.href);
    } catch {
      return; // the visitor thought better of it
    }
    setCopied(true);
    share({ via }, { product });
  };
  return (
    <button className="icon" aria-label={isCopied ? "Link copied" : "Share"} title={isCopied ? "Link copied" : "Share"} data-done={isCopied} onClick={pass}>
      <svg viewBox="0 0 24 24"><path d="M12 15 V3.5 M7.5 8 L12 3.5 L16.5 8 M5 12 V20.5 H19 V12" /></svg>
    </button>
  );
}

/** The quantity of a line of the cart; what comes or goes is told. */
export function Quantity({ product, quantity }: { product: Told; quantity: number }) {
  const [problem, setProblem] = useState<string>();
  const [isBusy, start] = useTransition();
  const change = (to: number) =>
    start(async () => {
      const outcome = await setLine(product.id, to);
      setProblem(outcome.problem);
      if (outcome.problem) return;
      const tell = to > quantity ? told : removeFromCart;
      tell(product, { currency: product.currency, properties: { quantity: Math.abs(to - quantity) } });
    });
  return (
    <div className="stepper" aria-busy={isBusy}>
      <button aria-label="One less" onClick={() => change(quantity - 1)} disabled={isBusy}>−</button>
      <output aria-label="Quantity">{quantity}</output>
      <button aria-label="One more" onClick={() => change(quantity + 1)} disabled={isBusy || quantity >= 20}>+</button>
      <button className="link" onClick={() => change(0)} disabled={isBusy}>Remove</button>
      {problem && <p className="problem">{problem}</p>}
    </div>
  );
}

const FIELDS: [keyof Address, string, string][] = [
  ["recipient", "Full name", "name"],
  ["phone", "Telephone", "tel"],
  ["street", "Street and number", "street-address"],
  ["district", "District", "address-level2"],
  ["city", "City or province", "address-level1"],
];

export function AddressForm({ before }: { before: Partial<Address> }) {
  const [outcome, action, isBusy] = useActionState(saveAddress, {} as Outcome);
  return (
    <form action={action} className="form" data-clickstream-ignore="">
      {outcome.problem && <p className="problem" role="alert">{outcome.problem}</p>}
      {FIELDS.map(([name, label, complete]) => (
        <label key={name} className={name === "street" ? "wide" : ""}>
          <span>{label}</span>
          <input name={name} autoComplete={complete} defaultValue={before[name] ?? ""} required maxLength={200} aria-invalid={outcome.fields?.includes(name)} type={name === "phone" ? "tel" : "text"} />
        </label>
      ))}
      <button className="primary" disabled={isBusy}>Continue to delivery</button>
    </form>
  );
}

export function PaymentForm({ cart, expectedValue, orderKey, total, children }: { cart: Tracked; expectedValue: number; orderKey: string; total: string; children: ReactNode }) {
  const [outcome, action, isBusy] = useActionState(placeOrder, {} as Outcome);
  return (
    <TrackedStep step="payment" cart={cart} action={action} className="form">
      {outcome.problem && <p className="problem" role="alert">{outcome.problem}</p>}
      {children}
      <input type="hidden" name="key" value={orderKey} />
      <input type="hidden" name="expectedValue" value={expectedValue} />
      <button className="primary" disabled={isBusy}>{isBusy ? "Placing your order …" : `Place the order · ${total}`}</button>
    </TrackedStep>
  );
}

export function ReturnOrder({ order }: { order: { id: string; value: number; currency: string } }) {
  const [problem, setProblem] = useState<string>();
  const [isBusy, start] = useTransition();
  const router = useRouter();
  const giveBack = () =>
    start(async () => {
      const outcome = await returnOrder(order.id);
      setProblem(outcome.problem);
      if (!outcome.problem) refund({ id: order.id, currency: order.currency });
      router.refresh();
    });
  return (
    <div className="return">
      <button className="secondary" onClick={giveBack} disabled={isBusy}>{isBusy ? "Returning …" : "Return the order"}</button>
      {problem && <p className="problem" role="alert">{problem}</p>}
    </div>
  );
}
