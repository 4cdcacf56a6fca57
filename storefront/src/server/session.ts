import "server-only";
import { cache } from "react";
import type { Address, Person, ShippingTier } from "@/shop";
import { sealedCookie } from "./sealed";

export interface Session extends Person {
  name: string;
  email: string;
}

export interface SignIn {
  verifier: string;
  state: string;
  nonce: string;
  to: string;
}

export interface Checkout {
  address: Address;
  shippingTier?: ShippingTier;
}

export const SESSION_SECONDS = 8 * 3600;
export const sessionCookie = (seconds = SESSION_SECONDS) => sealedCookie<Session>("shop_session", seconds);
export const signInCookie = sealedCookie<SignIn>("shop_sign_in", 600);
export const checkoutCookie = sealedCookie<Checkout>("shop_checkout", 3600);

/** Who is signed in, once a request. */
export const session = cache(() => sessionCookie().read());
