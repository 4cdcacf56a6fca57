"use server";

import { redirect } from "next/navigation";
import { cartId, keepCart, keepWishes, wishes } from "@/server/cart";
import { flash } from "@/server/flash";
import { checkoutCookie, session, type Session } from "@/server/session";
import { shop } from "@/server/shop";
import { ADDRESS_LENGTHS, ShopError, SHIPPING_FEES, type Address, type Order, type PaymentType, type ShippingTier } from "@/shop";

export interface Outcome {
  problem?: string;
  /** The names of fields that cannot be taken. */
  fields?: string[];
}

const isProductId = (id: unknown): id is string => typeof id === "string" && /^[A-Z0-9-]{1,40}$/.test(id);

/** What the shop refuses becomes a sentence for the buyer; anything else is a fault of ours. */
async function said(work: () => Promise<void>): Promise<Outcome> {
  try {
    await work();
    return {};
  } catch (error) {
    if (error instanceof ShopError) return { problem: sentence(error) };
    throw error;
  }
}

function sentence({ problem, facts, message }: ShopError): string {
  if (problem === "out_of_stock")
    return facts["left"] ? `Only ${facts["left"]} of that are left. Please lessen the quantity.` : "Somebody was quicker: that has just been sold out.";
  if (problem === "price_changed") return "A price has changed meanwhile. Please look at the new total and order again.";
  if (problem === "cart_empty") return "Your cart is empty.";
  if (problem === "already_refunded") return "This order has been returned already.";
  return message;
}

export async function setLine(productId: string, quantity: number): Promise<Outcome> {
  if (!isProductId(productId)) return { problem: "There is no such product." };
  return said(async () => {
    const cart = await (await shop()).setLine(await cartId(), productId, Number(quantity));
    await keepCart(cart.id);
  });
}

/** Puts pieces into the cart, beside those of the same product that are in it. */
export async function addToCart(productId: string, quantity: number): Promise<Outcome> {
  if (!isProductId(productId)) return { problem: "There is no such product." };
  return said(async () => {
    const opened = await shop();
    const id = await cartId();
    const before = (id ? await opened.cart(id) : null)?.lines.find(({ product }) => product.id === productId);
    const wanted = (before?.quantity ?? 0) + Number(quantity);
    const product = before?.product ?? (await opened.product(productId));
    if (product && wanted > product.onHand)
      throw new ShopError("out_of_stock", "not enough", { left: product.onHand });
    await keepCart((await opened.setLine(id, productId, wanted)).id);
  });
}

/** Whether the product is on the wish list now. */
export async function toggleWish(productId: string): Promise<boolean> {
  const before = await wishes();
  const isNew = isProductId(productId) && !before.includes(productId);
  await keepWishes(isNew ? [...before, productId] : before.filter((id) => id !== productId));
  return isNew;
}

async function buyer(): Promise<Session> {
  const found = await session();
  if (!found) redirect("/auth/sign-in?to=/checkout");
  return found;
}

export async function saveAddress(_before: Outcome, form: FormData): Promise<Outcome> {
  await buyer();
  const names = Object.keys(ADDRESS_LENGTHS) as (keyof Address)[];
  const address = Object.fromEntries(names.map((name) => [name, String(form.get(name) ?? "").trim()])) as unknown as Address;
  const fields = names.filter((name) => !address[name] || address[name].length > ADDRESS_LENGTHS[name]);
  if (!/^[+\d][\d .()-]{5,28}$/.test(address.phone) && !fields.includes("phone")) fields.push("phone");
  if (fields.length) return { problem: "Please look at the marked fields.", fields };
  await checkoutCookie.write({ ...(await checkoutCookie.read()), address });
  redirect("/checkout/shipping");
}

export async function saveShipping(form: FormData): Promise<void> {
  await buyer();
  const checkout = await checkoutCookie.read();
  if (!checkout) redirect("/checkout");
  const tier = String(form.get("shippingTier"));
  await checkoutCookie.write({ ...checkout, shippingTier: (tier in SHIPPING_FEES ? tier : "standard") as ShippingTier });
  redirect("/checkout/payment");
}

export async function placeOrder(_before: Outcome, form: FormData): Promise<Outcome> {
  const person = await buyer();
  const checkout = await checkoutCookie.read();
  const id = await cartId();
  if (!checkout?.shippingTier || !id) redirect("/checkout");
  let order: Order | undefined;
  const outcome = await said(async () => {
    order = await (await shop()).placeOrder(person, {
      cartId: id,
      address: checkout.address,
      shippingTier: checkout.shippingTier!,
      paymentType: String(form.get("paymentType")) as PaymentType,
      expectedValue: Number(form.get("expectedValue")),
      idempotencyKey: String(form.get("key") ?? ""),
    });
  });
  if (!order) return outcome;
  await flash(`purchase:${order.id}`);
  redirect(`/order-complete?id=${order.id}`);
}

export async function returnOrder(id: string): Promise<Outcome> {
  const person = await buyer();
  return said(async () => void (await (await shop()).refund(person, id)));
}
