export type { Consent, Event, Item, Order, Product } from "./contract.js";
export type { ConsentState, Options } from "./options.js";
export type { Fields } from "./track.js";
export { trackClick } from "./click.js";
export * from "./calls.js";
export { environment } from "./environment.js";
export { trackPageView } from "./page.js";
export { track, trackCustom } from "./track.js";
export { consent, identify, init, reset, setProduct } from "./tracker.js";
