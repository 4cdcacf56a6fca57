import type { Item, Order, Product } from "./contract.js";
import { type Fields, track } from "./track.js";

type Call<V> = (value: V, more?: Fields) => void;
type Said = (properties?: Record<string, unknown>, more?: Fields) => void;

/** The GA4 commerce vocabulary: each call's first argument fills the field that it is about. */
export interface Commerce {
  viewItemList: Call<readonly Item[]>;
  selectItem: Call<Product>;
  viewItem: Call<Product>;
  addToWishlist: Call<Product>;
  addToCart: Call<Product>;
  removeFromCart: Call<Product>;
  viewCart: Call<readonly Item[]>;
  beginCheckout: Call<readonly Item[]>;
  addShippingInfo: Call<readonly Item[]>;
  addPaymentInfo: Call<readonly Item[]>;
  purchase: Call<Order>;
  refund: Call<Order>;
  search: Call<string>;
  login: Said;
  logout: Said;
  signUp: Said;
  share: Said;
}

const FIELDS = {
  product: "select_item view_item add_to_wishlist add_to_cart remove_from_cart",
  items: "view_item_list view_cart begin_checkout add_shipping_info add_payment_info",
  order: "purchase refund",
  searchTerm: "search",
  properties: "login logout sign_up share",
};

export const commerce = Object.fromEntries(
  Object.entries(FIELDS).flatMap(([field, names]) =>
    names
      .split(" ")
      .map((name) => [
        name.replace(/_./g, (part) => part[1]!.toUpperCase()),
        (value: unknown, more?: Fields) => track(name, { [field]: value, ...more }),
      ]),
  ),
) as unknown as Commerce;
