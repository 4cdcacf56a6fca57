import { guard } from "../state.js";

/** A start that happens once a page, however often it is asked for. */
export const once = (start: () => void): (() => void) => {
  let isStarted = false;
  return guard(() => {
    if (!isStarted) start();
    isStarted = true;
  });
};

/** Listens without ever throwing into the page, before the page's own listeners. */
export const listen = <E extends Event>(name: string, work: (event: E) => void): void =>
  addEventListener(name, guard(work) as (event: Event) => void, { capture: true, passive: true });
