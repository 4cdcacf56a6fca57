/** An application that uses all of the package. */
import {
  consent, environment, identify, init, reset, setProduct, track, trackClick, trackCustom,
  trackPageView, viewItem,
} from "../../src/index.js";
import {
  ClickstreamProvider, Identify, TrackProduct, useIdentify, usePageView, useProduct,
} from "../../src/next.js";

Object.assign(globalThis, [
  consent, environment, identify, init, reset, setProduct, track, trackClick, trackCustom,
  trackPageView, viewItem, ClickstreamProvider, Identify, TrackProduct, useIdentify, usePageView,
  useProduct,
]);
