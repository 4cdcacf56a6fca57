import "server-only";
import { cookies } from "next/headers";
import { cache } from "react";
import type { Cart } from "@/shop";
import { isSecure } from "./environment";
import { shop } from "./shop";

const CART = "shop_cart";
const WISHES = "shop_wishes";
const DAYS_90 = 90 * 86_400;
const options = () => ({ httpOnly: true, sameSite: "lax" as const, secure: isSecure(), path: "/", maxAge: DAYS_90 });

export const cartId = async (): Promise<string | null> => (await cookies()).get(CART)?.value ?? null;

export async function keepCart(id: string | null): Promise<void> {
  if (id) (await cookies()).set(CART, id, options());
}

/** Whoever signs out leaves the cart with the account. */
export const forgetCart = async (): Promise<void> => void (await cookies()).delete(CART);

/** The visitor's cart, once a request. */
export const cart = cache(async (): Promise<Cart | null> => {
  const id = await cartId();
  return id ? (await shop()).cart(id) : null;
});

export const wishes = async (): Promise<string[]> =>
  ((await cookies()).get(WISHES)?.value ?? "").split(".").filter((id) => /^[A-Z0-9-]+$/.test(id));

export async function keepWishes(ids: readonly string[]): Promise<void> {
  (await cookies()).set(WISHES, ids.slice(-50).join("."), options());
}
