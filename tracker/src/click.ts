import type { Element as ElementFields } from "./contract.js";
import { clean, short } from "./redact.js";
import { guard } from "./state.js";
import { type Fields, track } from "./track.js";

/** What is never looked into: parts that the page names, and whatever is typed or chosen. */
export const PRIVATE =
  "[data-clickstream-ignore],input:not([type=submit],[type=button]),textarea,select,[contenteditable]";
const CLICKABLE = "a,button,summary,input,[role=button],[role=link],[role=tab],[role^=menuitem]";
const SECRET = /^clickstream|pass|mail|phone|card|token|secret|auth/i;

/** By `getAttribute`, for a form's field named `id` hides the form's own property. */
const attribute = (element: Element, name: string): string =>
  clean(element.getAttribute(name) ?? "", 256);

/** The label or the visible text, but for what was typed or is to be ignored. */
const textOf = (element: Element): string => {
  let text = attribute(element, "aria-label");
  const walker = document.createTreeWalker(element, 4 /* text */);
  for (let node; !text[99] && (node = walker.nextNode()); )
    if (!node.parentElement!.closest(PRIVATE + ",script,style")) text += " " + node.nodeValue;
  return short(text || (element as HTMLInputElement).value || "");
};

/** What may be said of an element; undefined inside an ignored part or a typed field. */
export const describeElement = (element: Element): ElementFields | undefined => {
  if (element.closest(PRIVATE)) return undefined;
  const dataset: Record<string, string> = {};
  const given = (element as HTMLElement).dataset;
  for (const name in given) if (!SECRET.test(name)) dataset[name] = clean(given[name]!, 256);
  return {
    tag: element.localName,
    id: attribute(element, "id"),
    role: attribute(element, "role"),
    text: textOf(element),
    dataset,
  };
};

/** A click on an element, said by code. Nothing is sent of what is private. */
export const trackClick: (element: Element, fields?: Fields) => void = guard(
  (element: Element, fields?: Fields) => {
    const described = describeElement(element);
    if (described) track("click", { element: described, ...fields });
  },
);

/** The element that a visitor meant to click; undefined inside what is private. */
export const clickedElement = ({ target, isTrusted }: globalThis.Event): Element | null =>
  isTrusted && target instanceof Element && !target.closest(PRIVATE)
    ? target.closest(CLICKABLE)
    : null;

export const watchClicks = (): void =>
  addEventListener(
    "click",
    guard((event: globalThis.Event) => {
      const element = clickedElement(event);
      if (element) trackClick(element);
    }),
    true,
  );
