import { watchClicks } from "./click.js";
import type { Product } from "./contract.js";
import { moveQueue, startDelivery } from "./delivery.js";
import { watchEngagement } from "./engagement.js";
import type { ConsentState, Options } from "./options.js";
import { trackPageView, watchHistory } from "./page.js";
import { guard, state } from "./state.js";
import { wipe } from "./store.js";
import { replay } from "./track.js";

/** Starts the tracker, once. What was said before, by `consent` and `identify`, stands. */
export const init: (options: Options) => void = guard((options: Options) => {
  if (state.endpoint !== undefined) return;
  Object.assign(state, { ...options, ...state });
  if (!(state.endpoint ??= "")) {
    state.running = false;
    console.warn("clickstream: no endpoint is set");
  } else if ((document as { prerendering?: boolean }).prerendering)
    document.addEventListener("prerenderingchange", guard(start), { once: true });
  else start();
});

const start = (): void => {
  state.running = true;
  applyConsent();
  startDelivery();
  watchEngagement();
  if (state.autoPageViews !== false) watchHistory();
  if (state.clicks !== false) watchClicks();
  // A page that comes back from the back/forward cache is viewed again.
  addEventListener("pageshow", ({ persisted }) => persisted && trackPageView());
  replay();
};

const applyConsent = (): void => {
  const { globalPrivacyControl, doNotTrack } = navigator as {
    globalPrivacyControl?: boolean;
    doNotTrack?: string | null;
  };
  const isRefused = state.respectSignals !== false && (globalPrivacyControl || doNotTrack === "1");
  state.effective = isRefused ? "denied" : (state.consent ?? "granted");
  if (state.effective !== "granted") wipe();
  moveQueue();
};

/** What the visitor agrees to from now on. Denied, nothing is sent and nothing stays stored. */
export const consent: (chosen: ConsentState) => void = guard((chosen: ConsentState) => {
  const wasDenied = state.effective === "denied";
  state.consent = chosen;
  if (state.running) applyConsent();
  if (wasDenied) trackPageView();
});

/** The signed-in user of the events from now on; null for a guest. */
export const identify: (userId?: string | null, identitySource?: string) => void = guard(
  (userId?: string | null, identitySource?: string) =>
    void Object.assign(state, { userId, identitySource }),
);

/** Forgets user, client and session: whoever comes next on this device is another visitor. */
export const reset: () => void = guard(() => {
  identify();
  wipe();
  moveQueue();
});

/** The product that page views are about until it is set anew. */
export const setProduct: (product?: Product) => void = guard((product?: Product) => {
  state.product = product;
});
