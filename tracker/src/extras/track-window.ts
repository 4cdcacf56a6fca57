import type { Fields } from "../track.js";

/** In a page with the script, the script's own tracker takes the events. */
export const track = (eventName: string, fields?: Fields): void =>
  window.clickstream?.track(eventName, fields);
