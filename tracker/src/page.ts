import { reportEngagement } from "./engagement.js";
import { guard, state } from "./state.js";
import { describePage, type Fields, track } from "./track.js";

const path = (): string => location.pathname + location.search;

/** A page view of what the page is now; later events carry its id. */
export const trackPageView: (fields?: Fields) => void = guard((fields?: Fields) => {
  reportEngagement();
  state.path = path();
  state.page = describePage();
  track("page_view", { product: state.product!, ...fields });
});

/** Page views on load and on history changes; several changes in one task are one. */
export const watchHistory = (): void => {
  const changed = () => setTimeout(() => path() !== state.path && trackPageView());
  for (const name of ["pushState", "replaceState"] as const) {
    const original = history[name];
    history[name] = (...args) => {
      original.apply(history, args);
      changed();
    };
  }
  addEventListener("popstate", changed);
  trackPageView();
};
