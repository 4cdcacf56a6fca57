import { commerce } from "./commerce.js";

export const {
  viewItemList, selectItem, viewItem, addToWishlist, addToCart, removeFromCart, viewCart,
  beginCheckout, addShippingInfo, addPaymentInfo, purchase, refund, search, login, logout, signUp,
  share,
} = commerce;
