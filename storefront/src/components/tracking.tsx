"use client";
import { type Item, type Product as TrackedProduct, addPaymentInfo, addShippingInfo, beginCheckout, login, logout, purchase, search, selectItem, signUp, viewCart, viewItemList } from "@clickstream/tracker";
import Link from "next/link";
import { type ComponentProps, type FormEvent, type ReactNode, useEffect } from "react";

export interface Tracked {
  items: Item[];
  currency: string;
  value: number;
}

/**
 * Once for each `key`: after the provider's effects, so that the event carries the user, and after the
 * page view, which waits for a title for a second at most.
 */
function useOnce(key: string, tell: () => void): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const wait = (tries: number): void => {
      timer = document.title || !tries ? setTimeout(tell, 30) : setTimeout(() => wait(tries - 1), 10);
    };
    wait(110);
    return () => clearTimeout(timer);
  }, [key]);
}

const withValue = ({ items, currency, value }: Tracked) => ({ currency, items, properties: { value } });

export function TrackList({ items, list, currency }: { items: Item[]; list: string; currency: string }): null {
  useOnce(`${list} ${items.map(({ id }) => id).join(" ")}`, () => viewItemList(items, { currency, properties: { list } }));
  return null;
}

export function TrackSearch({ term, results }: { term: string; results: number }): null {
  useOnce(term, () => search(term, { properties: { results } }));
  return null;
}

export function TrackCart(cart: Tracked): null {
  useOnce("cart", () => viewCart(cart.items, withValue(cart)));
  return null;
}

export function TrackCheckout(cart: Tracked): null {
  useOnce("checkout", () => beginCheckout(cart.items, withValue(cart)));
  return null;
}

/** The word that the server left for the page, which is taken away. */
function takeFlash(isMine: (word: string) => boolean): string | undefined {
  const found = document.cookie.split("; ").find((part) => part.startsWith("shop_flash="));
  const word = found && decodeURIComponent(found.slice("shop_flash=".length));
  if (!word || !isMine(word)) return undefined;
  document.cookie = "shop_flash=; path=/; max-age=0";
  return word;
}

/** Tells of a sign-in that has just been: once, on the page that it led to. */
export function TrackSignIn({ method, userId }: { method: string; userId: string | null }): null {
  useOnce(userId ?? "", () => {
    const word = userId && takeFlash((one) => one === "login" || one === "sign_up");
    if (word) (word === "login" ? login : signUp)({ method });
  });
  return null;
}

export interface TrackedOrder {
  id: string;
  value: number;
  currency: string;
  tax: number;
  shipping: number;
}

/** Tells of an order that has just been made; not again when its page is loaded again. */
export function TrackPurchase({ order, items }: { order: TrackedOrder; items: Item[] }): null {
  useOnce(order.id, () => {
    if (takeFlash((word) => word === `purchase:${order.id}`)) purchase(order, { items, currency: order.currency });
  });
  return null;
}

/** A link from a list to one of its products. */
export function ProductLink({ product, list, ...link }: ComponentProps<typeof Link> & { product: TrackedProduct; list: string }) {
  return <Link {...link} onClick={() => selectItem(product, { properties: { list } })} />;
}

type Step = "shipping" | "payment";
const TELL = { shipping: addShippingInfo, payment: addPaymentInfo };
const FIELD = { shipping: "shippingTier", payment: "paymentType" };

/** A step of the checkout: what was chosen is told when it is sent. Nothing that is typed is. */
export function TrackedStep({ step, cart, children, ...form }: ComponentProps<"form"> & { step: Step; cart: Tracked; children: ReactNode }) {
  const tell = (event: FormEvent<HTMLFormElement>) => {
    const chosen = String(new FormData(event.currentTarget).get(FIELD[step]));
    const { properties, ...fields } = withValue(cart);
    TELL[step](cart.items, { ...fields, properties: { ...properties, [FIELD[step]]: chosen } });
  };
  return (
    <form {...form} onSubmit={tell}>
      {children}
    </form>
  );
}

export function SignOut() {
  return (
    <form action="/auth/sign-out" method="post" onSubmit={() => logout()}>
      <button className="link">Sign out</button>
    </form>
  );
}
