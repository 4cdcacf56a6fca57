/** What a shop holds and sells. Money is in the currency's units, instants are RFC 3339 in UTC. */

export interface Category {
  id: string;
  slug: string;
  title: string;
  blurb: string;
}

export interface Product {
  id: string;
  slug: string;
  name: string;
  category: string;
  brand: string;
  price: number;
  discountPrice: number | null;
  currency: string;
  onHand: number;
}

export interface ProductDetails extends Product {
  description: string;
  specs: [name: string, value: string][];
}

export type Sort = "popular" | "cheapest" | "dearest" | "name";

export interface ProductQuery {
  category?: string | undefined;
  brand?: string | undefined;
  /** Words that must all be found in name, brand or category, accents and case aside. */
  search?: string | undefined;
  /** Only what can be sold now. */
  inStock?: boolean | undefined;
  sort?: Sort | undefined;
  limit?: number | undefined;
}

export interface ProductList {
  products: Product[];
  /** All that were found, of which `products` are the first. */
  total: number;
  /** The brands of all that were found, by name, whichever one was asked for. */
  brands: string[];
}

export interface CartLine {
  product: Product;
  quantity: number;
}

export interface Cart {
  id: string;
  lines: CartLine[];
  goods: number;
  currency: string;
}

/** Somebody signed in: the issuer's name for them, and the access token that proves it. */
export interface Person {
  sub: string;
  token: string;
}

export interface Profile {
  email: string;
  name: string;
}

export interface Address {
  recipient: string;
  phone: string;
  street: string;
  district: string;
  city: string;
}

export type ShippingTier = "standard" | "fast";
export type PaymentType = "cod" | "bank_transfer" | "demo_card";

export interface OrderRequest {
  cartId: string;
  address: Address;
  shippingTier: ShippingTier;
  paymentType: PaymentType;
  /** What the buyer was shown; another price by now is refused. */
  expectedValue: number;
  /** One key makes one order, however often it is sent. */
  idempotencyKey: string;
}

export interface OrderLine {
  productId: string;
  name: string;
  category: string;
  brand: string;
  price: number;
  discountPrice: number | null;
  quantity: number;
}

export interface Order {
  id: string;
  status: "placed" | "refunded";
  currency: string;
  goods: number;
  shipping: number;
  tax: number;
  value: number;
  shippingTier: ShippingTier;
  paymentType: PaymentType;
  placedAt: string;
  refundedAt: string | null;
  address: Address;
  lines: OrderLine[];
}

/** All that the pages ask of the shop's data; `prisma.ts` and `api.ts` answer alike. */
export interface Shop {
  categories(): Promise<Category[]>;
  products(query: ProductQuery): Promise<ProductList>;
  /** By id or slug. */
  product(name: string): Promise<ProductDetails | null>;

  cart(id: string): Promise<Cart | null>;
  /** Sets a line, or removes it with 0; without a cart, or for one that is gone, a new one begins. */
  setLine(cartId: string | null, productId: string, quantity: number): Promise<Cart>;
  /** The person's one cart, with the guest's lines added to it; null where there is none. */
  claimCart(person: Person, cartId: string | null): Promise<string | null>;

  /** Whether the person is new to the shop. */
  welcome(person: Person, profile: Profile): Promise<boolean>;
  lastAddress(person: Person): Promise<Address | null>;

  /** Takes the cart's lines from stock and makes the order, or does neither. */
  placeOrder(person: Person, request: OrderRequest): Promise<Order>;
  /** The person's orders, the latest first. */
  orders(person: Person): Promise<Order[]>;
  order(person: Person, id: string): Promise<Order | null>;
  /** Gives the whole order back, and its goods to the stock. */
  refund(person: Person, id: string): Promise<Order>;
}
