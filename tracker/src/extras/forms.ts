import { PRIVATE } from "../click.js";
import { cleanUrl } from "../redact.js";
import { track } from "../track.js";
import { listen, once } from "./once.js";

/** `form_submit` events: which form, never what was filled in. */
export const formSubmits = /* @__PURE__ */ once(() =>
  listen("submit", ({ target }) => {
    const form = target as HTMLFormElement;
    if (form.closest(PRIVATE)) return;
    // A field named `id` or `action` would hide the form's own property.
    const say = (name: string): string => form.getAttribute(name) ?? "";
    const formAction = cleanUrl(new URL(say("action"), document.baseURI).href);
    track("form_submit", {
      properties: { formId: say("id"), formName: say("name"), formAction },
    });
  }),
);
