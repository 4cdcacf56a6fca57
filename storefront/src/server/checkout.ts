import "server-only";
import { redirect } from "next/navigation";
import type { Cart } from "@/shop";
import { cart } from "./cart";
import { type Checkout, checkoutCookie, session, type Session } from "./session";

/** Who checks out and what; whoever lacks one of them is sent to where it can be had. */
export async function checkingOut(): Promise<{ person: Session; cart: Cart; checkout: Checkout | null }> {
  const [person, held, checkout] = await Promise.all([session(), cart(), checkoutCookie.read()]);
  if (!held?.lines.length) redirect("/cart");
  if (!person) redirect("/sign-in?to=/checkout");
  return { person, cart: held, checkout };
}
