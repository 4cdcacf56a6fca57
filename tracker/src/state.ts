import type { Event, Product } from "./contract.js";
import type { ConsentState, Options } from "./options.js";

export type Page = Pick<Event, "pageViewId" | "pageUrl" | "pageTitle" | "referrer">;

/** What the one tracker of a page knows: its options, which calls change, and what follows. */
export const state: Options & {
  /** Undefined before the start; false where nothing is to be done. */
  running?: boolean;
  /** The consent that holds: the browser's signals may make less of what the page said. */
  effective?: ConsentState;
  page?: Page;
  /** The id of the first page view, also before it is told. */
  pageId?: string;
  /** Path and query of the last page view. */
  path?: string;
  product?: Product | undefined;
} = {};

/** Work that never throws into the page, and does nothing on a server. */
export const guard =
  <A extends unknown[]>(work: (...args: A) => void) =>
  (...args: A): void => {
    if (!globalThis.document) return;
    try {
      work(...args);
    } catch (error) {
      console.debug(error);
    }
  };

/** A random text of 128 bits; `crypto.randomUUID` is missing on pages without TLS. */
export const newId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(36)).join("");
