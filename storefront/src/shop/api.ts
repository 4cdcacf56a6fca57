import { ShopError, type Problem } from "./errors";
import type { Cart, Category, Order, Person, ProductDetails, ProductList, ProductQuery, Profile, Shop, Address } from "./types";

interface Call {
  method?: string;
  body?: unknown;
  person?: Person;
  headers?: Record<string, string>;
}

const TIMEOUT_MS = 10_000;

/** The shop through its internal API. */
export function apiShop(baseUrl: string): Shop {
  const base = baseUrl.replace(/\/$/, "");

  async function call<T>(path: string, { method = "GET", body, person, headers }: Call = {}): Promise<T> {
    const answer = await fetch(`${base}/v1${path}`, {
      method,
      cache: "no-store",
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        ...(person ? { authorization: `Bearer ${person.token}` } : {}),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const content = await answer.json();
    if (!answer.ok) throw problemOf(content, answer.status);
    return content as T;
  }

  const orNull = async <T>(asked: Promise<T>): Promise<T | null> =>
    asked.catch((error: unknown) => {
      if (error instanceof ShopError && error.problem === "not_found") return null;
      throw error;
    });
  const segment = encodeURIComponent;

  return {
    categories: async () => (await call<{ categories: Category[] }>("/categories")).categories,
    products: (query) => call<ProductList>(`/products?${parameters(query)}`),
    product: (name) => orNull(call<ProductDetails>(`/products/${segment(name)}`)),

    cart: (id) => orNull(call<Cart>(`/carts/${segment(id)}`)),
    async setLine(cartId, productId, quantity) {
      const line = (id: string) =>
        call<Cart>(`/carts/${segment(id)}/items/${segment(productId)}`, { method: "PUT", body: { quantity } });
      const known = cartId && (await this.cart(cartId));
      return line(known ? known.id : (await call<Cart>("/carts", { method: "POST" })).id);
    },
    claimCart: async (person, cartId) =>
      (await call<{ cartId: string | null }>("/me/cart", { method: "PUT", person, body: { cartId } })).cartId,

    welcome: async (person, profile: Profile) =>
      (await call<{ isNew: boolean }>("/me", { method: "PUT", person, body: profile })).isNew,
    lastAddress: async (person) => (await call<{ address: Address | null }>("/me/address", { person })).address,

    placeOrder: (person, { idempotencyKey, ...body }) =>
      call<Order>("/orders", { method: "POST", person, body, headers: { "idempotency-key": idempotencyKey } }),
    orders: async (person) => (await call<{ orders: Order[] }>("/orders", { person })).orders,
    order: (person, id) => orNull(call<Order>(`/orders/${segment(id)}`, { person })),
    refund: (person, id) => call<Order>(`/orders/${segment(id)}/refund`, { method: "POST", person }),
  };
}

function parameters(query: ProductQuery): URLSearchParams {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== "" && value !== false);
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
}

function problemOf(content: unknown, status: number): Error {
  const { code, detail, ...facts } = content as { code?: Problem; detail?: string };
  if (!code) return new Error(`the shop API answered ${status}: ${detail ?? "without a reason"}`);
  return new ShopError(code, detail ?? code, facts);
}
