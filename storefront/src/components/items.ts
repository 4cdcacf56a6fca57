import type { Item } from "@clickstream/tracker";
import { asked, type CartLine, type Order, type Product } from "@/shop";

/** A product as events carry it. */
export const trackedProduct = (product: Product) => ({
  ...trackedItem(product),
  currency: product.currency,
  urlPath: `/products/${product.slug}`,
});

export const trackedItem = ({ id, name, category, brand, price, discountPrice }: Product) => ({
  id, name, category, brand, price,
  ...(discountPrice === null ? {} : { discountPrice }),
});

export const trackedCart = (cart: { lines: CartLine[]; goods: number; currency: string }) => ({
  items: cart.lines.map(({ product, quantity }) => ({ ...trackedItem(product), quantity })),
  currency: cart.currency,
  value: cart.goods,
});

export const trackedLines = ({ lines }: Order): Item[] =>
  lines.map(({ productId, name, category, brand, price, discountPrice, quantity }) => ({
    id: productId, name, category, brand, price, quantity,
    ...(discountPrice === null ? {} : { discountPrice }),
  }));

export const money = (amount: number, currency: string): string =>
  new Intl.NumberFormat("vi-VN", { style: "currency", currency }).format(amount);

export const saving = (product: { price: number; discountPrice: number | null }): number =>
  Math.round((1 - asked(product) / product.price) * 100);

export const dateOf = (instant: string): string =>
  new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "Asia/Ho_Chi_Minh" }).format(new Date(instant));
