import { clickedElement, describeElement } from "../click.js";
import { track } from "../track.js";
import { listen, once } from "./once.js";

const PATIENCE = 1e3;
const NEAR = 30;
const MANY = 3;

/** `dead_click` events for clicks on links and buttons after which nothing changes for a second. */
export const deadClicks = /* @__PURE__ */ once(() => {
  let lastChange = 0;
  const changed = (): void => void (lastChange = Date.now());
  new MutationObserver(changed).observe(document, {
    attributes: true,
    characterData: true,
    childList: true,
    subtree: true,
  });
  for (const name of ["scroll", "selectionchange", "visibilitychange", "submit", "input", "popstate"])
    listen(name, changed);
  listen("click", (event) => {
    const element = clickedElement(event);
    const described = element && describeElement(element);
    const [at, address] = [Date.now(), location.href];
    if (described && !(event as MouseEvent).defaultPrevented)
      setTimeout(() => {
        if (lastChange < at && location.href === address) track("dead_click", { element: described });
      }, PATIENCE);
  });
});

/** `rage_click` events for three clicks within a second on one spot. */
export const rageClicks = /* @__PURE__ */ once(() => {
  let recent: MouseEvent[] = [];
  listen<MouseEvent>("click", (click) => {
    recent = recent.filter(
      ({ timeStamp, clientX, clientY }) =>
        click.timeStamp - timeStamp < PATIENCE &&
        Math.hypot(click.clientX - clientX, click.clientY - clientY) < NEAR,
    );
    recent.push(click);
    if (recent.length !== MANY || !click.isTrusted) return;
    const element = describeElement(click.target as Element);
    if (element) track("rage_click", { element });
  });
});
