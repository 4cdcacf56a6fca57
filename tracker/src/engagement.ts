import { flush } from "./delivery.js";
import { guard } from "./state.js";
import { record } from "./track.js";

/** Activity is taken to last so long, and a report is due after so much of it. */
const IDLE = 3e4;
const REPORT = 6e4;

let engaged = 0;
let last = 0;
let isActive = false;

/** Reports the engaged time of the page, dated at its end, unless it is less than a second. */
export const reportEngagement = (least = 1e3): void => {
  const now = Date.now();
  const spent = isActive ? Math.min(now - last, IDLE) : 0;
  const end = last + spent;
  engaged += spent;
  last = now;
  isActive = !document.hidden;
  if (engaged < least) return;
  const engagementTimeMs = engaged;
  engaged = 0;
  record("user_engagement", { engagementTimeMs }, end);
};

/** Measures engaged time, and sends what waits when the page goes out of sight. */
export const watchEngagement = (): void => {
  const measure = guard(() => reportEngagement(REPORT));
  const leave = guard(() => {
    reportEngagement();
    flush(true);
  });
  for (const name of ["pointermove", "pointerdown", "keydown", "scroll"])
    addEventListener(name, measure, { passive: true, capture: true });
  addEventListener("visibilitychange", leave, true);
  addEventListener("pagehide", leave);
  measure();
};
