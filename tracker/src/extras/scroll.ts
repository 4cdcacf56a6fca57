import { track } from "../track.js";
import { listen, once } from "./once.js";

const STEPS = [90, 75, 50, 25];

/** `scroll` events when a quarter, half, three quarters and 90 % of a page were first seen. */
export const scrollDepth = /* @__PURE__ */ once(() => {
  let path = "";
  let deepest = 0;
  listen("scroll", () => {
    if (path !== location.pathname) [path, deepest] = [location.pathname, 0];
    const seen = ((scrollY + innerHeight) / document.documentElement.scrollHeight) * 100;
    const scrollPercent = STEPS.find((step) => seen >= step) ?? 0;
    if (scrollPercent <= deepest) return;
    deepest = scrollPercent;
    track("scroll", { scrollPercent });
  });
});
