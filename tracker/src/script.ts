/** The one script of a page without a bundler: its settings are the script's own `data-*`. */
import { trackClick } from "./click.js";
import { commerce } from "./commerce.js";
import { trackPageView } from "./page.js";
import { track, trackCustom } from "./track.js";
import { consent, identify, init, reset } from "./tracker.js";

const calls = {
  ...commerce, consent, identify, init, reset, track, trackClick, trackCustom,
  trackPageView,
};

const { src, dataset } = (document.currentScript ?? {}) as Partial<HTMLScriptElement>;
if (!window.clickstream) {
  window.clickstream = calls;
  if (src) {
    // `/clickstream.js` and `/clickstream.<version>.js` lie beside `/clickstream`.
    const options: Record<string, unknown> = { endpoint: src.replace(/\.[^/]*$/, "") };
    for (const name in dataset)
      options[name] = { true: true, false: false }[dataset[name]!] ?? dataset[name];
    init(options);
  }
}

declare global {
  interface Window {
    clickstream?: typeof calls;
  }
}
