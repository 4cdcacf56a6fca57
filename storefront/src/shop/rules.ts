import { ShopError } from "./errors";
import type { Address, OrderRequest, PaymentType, ShippingTier } from "./types";

/** The rules of buying. The shop API has the same ones; one set of tests runs against both. */

export const MOST_OF_ONE = 20;
export const FREE_SHIPPING_FROM = 500_000;
export const SHIPPING_FEES: Readonly<Record<ShippingTier, number>> = { standard: 30_000, fast: 60_000 };
export const PAYMENT_TYPES: readonly PaymentType[] = ["cod", "bank_transfer", "demo_card"];
const TAX_PERCENT = 10;
export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The parts of an address, and how long each may be. All of them are needed. */
export const ADDRESS_LENGTHS: Readonly<Record<keyof Address, number>> = {
  recipient: 100, phone: 30, street: 200, district: 100, city: 100,
};

export interface Totals {
  goods: number;
  shipping: number;
  /** The tax that the value contains. */
  tax: number;
  value: number;
}

/** Standard delivery is free from a value on; prices contain the tax, rounded down to whole dong. */
export function totals(goods: number, tier: ShippingTier): Totals {
  const shipping = tier === "standard" && goods >= FREE_SHIPPING_FROM ? 0 : SHIPPING_FEES[tier];
  const value = goods + shipping;
  return { goods, shipping, tax: Math.floor((value * TAX_PERCENT) / (100 + TAX_PERCENT)), value };
}

/** What one piece costs. */
export const asked = (priced: { price: number; discountPrice: number | null }): number =>
  priced.discountPrice ?? priced.price;

export const sumOf = (lines: readonly { price: number; discountPrice: number | null; quantity: number }[]): number =>
  lines.reduce((sum, line) => sum + asked(line) * line.quantity, 0);

/** The words of a search: lower case, without accents, letters and digits alone, eight at most. */
export const words = (search: string): string[] =>
  search.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("đ", "d").match(/[a-z0-9]+/g)?.slice(0, 8) ?? [];

/** Raises `invalid` for what no order can be made of. */
export function refuseInvalid({ cartId, address, shippingTier, paymentType, idempotencyKey }: OrderRequest): void {
  const refuse = (what: string) => {
    throw new ShopError("invalid", what, { field: what.split(" ")[0] });
  };
  for (const [name, most] of Object.entries(ADDRESS_LENGTHS)) {
    const length = address[name as keyof Address]?.trim().length ?? 0;
    if (!length || length > most) refuse(`${name} needs 1 to ${most} characters`);
  }
  if (!UUID.test(cartId)) refuse("cartId is no cart's id");
  if (!(shippingTier in SHIPPING_FEES)) refuse("shippingTier is none of standard, fast");
  if (!PAYMENT_TYPES.includes(paymentType)) refuse(`paymentType is none of ${PAYMENT_TYPES.join(", ")}`);
  if (!/^[\x21-\x7e]{8,100}$/.test(idempotencyKey)) refuse("idempotencyKey needs 8 to 100 visible characters");
}
