// The event contract 1-0-0. Generated from its JSON Schema; do not edit: `make contract`.

/**
 * One thing that a visitor of a shop did. Unknown fields are kept; null, or an empty text where a
 * text may stand, is the same as a field that is not there. Beyond what this schema can say: the
 * JSON text of an event has at most 65,536 bytes; it is nested at most 20 deep, itself counted;
 * its fields and the keys of properties are together at most 256; every number fits a double, but
 * for integers, which are exact up to 4,300 characters. A NUL, or half of a surrogate pair, in a
 * text is read as U+FFFD.
 */
export interface Event {
  /**
   * What happened, `snake_case`, in the GA4 commerce vocabulary if it fits. Allowed: text up to
   * 128 characters.
   */
  readonly eventName:
    | "page_view"
    | "view_item_list"
    | "select_item"
    | "view_item"
    | "add_to_wishlist"
    | "add_to_cart"
    | "remove_from_cart"
    | "view_cart"
    | "begin_checkout"
    | "add_shipping_info"
    | "add_payment_info"
    | "purchase"
    | "refund"
    | "search"
    | "login"
    | "logout"
    | "sign_up"
    | "share"
    | "click"
    | "user_engagement"
    | (string & {});
  /** Unique id of this event; kept on a retry. */
  readonly eventId?: Id;
  /** When it happened, by the sender's clock. */
  readonly eventTimestamp?: Instant;
  /** When the request left, by the same clock. */
  readonly sentAt?: Instant;
  /** The signed-in user, for instance the Cognito `sub`. */
  readonly userId?: Id;
  /** The sender's own session id. */
  readonly sessionId?: Id;
  /** The browser's or device's lasting id. */
  readonly clientId?: Id;
  /** Full address of the page. */
  readonly pageUrl?: Url;
  /** Title of the page. */
  readonly pageTitle?: Title;
  /** Links events to the page view that they follow. */
  readonly pageViewId?: Id;
  /** Address that led to the page. */
  readonly referrer?: Url;
  /** Whether the visitor was signed in. */
  readonly userLoginState?: LoginState;
  /** The sender's own opinion; kept, not trusted. Allowed: true or false. */
  readonly isFirstVisit?: boolean | null;
  /** Where the user id comes from, e.g. `cognito`. */
  readonly identitySource?: Name;
  /** What the visitor agreed to. */
  readonly consent?: Consent;
  /** ISO 4217 code of the amounts, for instance VND. */
  readonly currency?: Currency;
  /** The product that the event is about. */
  readonly product?: Product | null;
  /** The lines of a cart, an order, a refund or a list. Allowed: array of up to 200 items. */
  readonly items?: ReadonlyArray<Item> | null;
  /** The order that a purchase founds or a refund takes back. */
  readonly order?: Order | null;
  /** The element that was clicked. */
  readonly element?: Element | null;
  /** What was searched for on the site. */
  readonly searchTerm?: Text;
  /**
   * Visible, active time since the last report, in milliseconds. Allowed: number from 0 to
   * 86,400,000.
   */
  readonly engagementTimeMs?: number | null;
  /** How far down the page was seen. Allowed: number from 0 to 100. */
  readonly scrollPercent?: number | null;
  /** Anything else; unknown fields of the event join it. Allowed: object of up to 256 keys. */
  readonly properties?: Record<string, unknown> | null;
}

/** The product that the event is about, as the page showed it. */
export interface Product {
  /** The shop's own product id. */
  readonly id?: Id;
  /** Name as shown. */
  readonly name?: Text;
  /** Category, levels joined by `/` or `.`. */
  readonly category?: Text;
  /** Brand. */
  readonly brand?: Text;
  /** Price of one, before discount. */
  readonly price?: Amount;
  /** Price of one that is asked, where lower. */
  readonly discountPrice?: Amount;
  /** ISO 4217 code of the amounts, for instance VND. */
  readonly currency?: Currency;
  /** Path of the product's page. */
  readonly urlPath?: Url;
}

/** One line of a cart, an order, a refund or a list. */
export interface Item {
  /** The shop's own product id. */
  readonly id?: Id;
  /** Name as shown. */
  readonly name?: Text;
  /** Category, levels joined by `/` or `.`. */
  readonly category?: Text;
  /** Brand. */
  readonly brand?: Text;
  /** Colour, size and the like. */
  readonly variant?: Text;
  /** Price of one, before discount. */
  readonly price?: Amount;
  /** Price of one that is asked, where lower. */
  readonly discountPrice?: Amount;
  /** How many; one when absent. Allowed: integer from 0 to 1,000,000. */
  readonly quantity?: number | null;
}

/** The order that a purchase founds or a refund takes back. */
export interface Order {
  /** The shop's own order id. */
  readonly id?: Id;
  /** What was paid or given back. */
  readonly value?: Amount;
  /** ISO 4217 code of the amounts, for instance VND. */
  readonly currency?: Currency;
  /** Tax within or beside the value, as the shop counts it. */
  readonly tax?: Amount;
  /** Shipping cost. */
  readonly shipping?: Amount;
  /** Coupon code. */
  readonly coupon?: Text;
}

/** The element of the page that was clicked; never what was typed into it. */
export interface Element {
  /** Tag name. */
  readonly tag?: Name;
  /** The element's id attribute. */
  readonly id?: Id;
  /** ARIA role. */
  readonly role?: Name;
  /** Short visible text. */
  readonly text?: Text;
  /** The element's data attributes. Allowed: object of up to 64 keys. */
  readonly dataset?: Record<string, unknown> | null;
}

/**
 * A short name; an integer is read as its digits. Allowed: text up to 128 characters, or integer.
 */
export type Name = string | number | null;

/**
 * An id; an integer is read as its digits, written without exponent. Allowed: text up to 256
 * characters, or integer.
 */
export type Id = string | number | null;

/** A text; an integer is read as its digits. Allowed: text up to 1,024 characters, or integer. */
export type Text = string | number | null;

/** A title; an integer is read as its digits. Allowed: text up to 2,048 characters, or integer. */
export type Title = string | number | null;

/** An address, whole or a path. Allowed: text up to 8,192 characters. */
export type Url = string | null;

/**
 * Money: a number, or its digits, which keep every decimal. Allowed: number from 0 to
 * 1,000,000,000,000, or its digits as text.
 */
export type Amount = number | string | null;

/** ISO 4217 code of three letters. Allowed: three letters. */
export type Currency = string | null;

/**
 * RFC 3339 such as 2026-01-31T12:00:00Z; or date and time without a zone, meaning UTC; or
 * milliseconds since 1970. Within the years 1 to 9999. Allowed: text up to 64 characters, or
 * number.
 */
export type Instant = string | number | null;

/** Whether the visitor was signed in. Allowed: `anonymous`, `guest`, `logged_in`. */
export type LoginState = "" | "anonymous" | "guest" | "logged_in" | null;

/** What the visitor agreed to. Allowed: `anonymous`, `denied`, `granted`. */
export type Consent = "" | "anonymous" | "denied" | "granted" | null;
