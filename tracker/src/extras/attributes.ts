import { PRIVATE } from "../click.js";
import { type Fields, track } from "../track.js";
import { listen, once } from "./once.js";

/** Product and properties by `data-clickstream-product-*` and other `data-clickstream-*`. */
const declared = (dataset: DOMStringMap): Fields => {
  const product: Record<string, unknown> = {};
  const properties: Record<string, unknown> = {};
  for (const name in dataset) {
    const [, isProduct, first, rest] = /^clickstream(?!Event)(Product)?([A-Z])(.*)/.exec(name) ?? [];
    if (first) (isProduct ? product : properties)[first.toLowerCase() + rest] = dataset[name];
  }
  return { product: product.id ? product : null, properties };
};

/** Events without code: a click within `data-clickstream-event="add_to_cart"` is that event. */
export const declaredEvents = /* @__PURE__ */ once(() =>
  listen("click", ({ target, isTrusted }) => {
    const element = (target as Element).closest<HTMLElement>("[data-clickstream-event]");
    if (isTrusted && element && !(target as Element).closest(PRIVATE))
      track(element.dataset.clickstreamEvent!, declared(element.dataset));
  }),
);
