// What surrounds the figures: menus, hints, theme, focus, and the state of the connection.
(() => {
  "use strict";
  const root = document.documentElement;
  // Shiny's own busy signs: ours is the line at the top.
  delete root.dataset.shinyBusySpinners;
  delete root.dataset.shinyBusyPulse;

  // Fresh HTML from the server: put numbers into the reader's locale, give the focus back.
  let focused = null;
  document.addEventListener("focusin", (event) => {
    focused = event.target.closest("[data-focus]")?.dataset.focus ?? null;
  });
  new MutationObserver(() => {
    window.figures.dress(document.body);
    if (focused && document.activeElement === document.body) {
      document.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    }
  }).observe(document.body, { childList: true, subtree: true });
  window.figures.dress(document.body);

  // Menus open under their button, inside the window.
  document.addEventListener("toggle", (event) => {
    const menu = event.target;
    if (!menu.matches?.("[popover].menu")) return;
    const button = document.querySelector(`[popovertarget="${menu.id}"]`);
    button?.setAttribute("aria-expanded", String(event.newState === "open"));
    if (event.newState !== "open" || !button) return;
    const place = button.getBoundingClientRect();
    const left = Math.min(place.left, innerWidth - menu.offsetWidth - 12);
    menu.style.left = `${Math.max(12, left)}px`;
    menu.style.top = `${place.bottom + 6}px`;
    const tab = menu.querySelector('[data-tab][aria-selected="true"]');
    if (tab) want(tab);
    (tab ?? menu.querySelector("input,button")).focus();
  }, true);

  // A dimension's values are asked for when it is looked at; the browser knows the time zones.
  function want(tab) {
    const zones = document.querySelector("select[data-zones]");
    if (tab.getAttribute("aria-controls") === "panel-choices") {
      window.Shiny?.setInputValue?.("choices_wanted", tab.dataset.tab);
    }
    if (tab.dataset.tab !== "tz" || zones.options.length > 1) return;
    for (const name of ["UTC", ...Intl.supportedValuesOf("timeZone")]) zones.add(new Option(name, name));
    window.view.reflect();
  }

  // On a narrow screen the pages are behind a button.
  function openMenu(isOpen) {
    root.classList.toggle("menu-open", isOpen);
    document.querySelector("[data-menu]").setAttribute("aria-expanded", String(isOpen));
  }

  // Filter values: one dimension is shown at a time, and a search narrows a long list.
  document.addEventListener("click", (event) => {
    const tab = event.target.closest("[data-tab]");
    if (tab) {
      const menu = tab.closest(".menu");
      want(tab);
      menu.querySelectorAll("[data-tab]").forEach((other) => {
        other.setAttribute("aria-selected", String(other === tab));
        other.tabIndex = other === tab ? 0 : -1;
      });
      menu.querySelectorAll("[role=tabpanel]").forEach((panel) => {
        panel.hidden = panel.id !== tab.getAttribute("aria-controls");
        if (!panel.hidden) panel.setAttribute("aria-labelledby", tab.id);
      });
    }
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      navigator.clipboard?.writeText(document.getElementById(copy.dataset.copy).textContent);
      copy.textContent = "Copied";
    }
    if (event.target.closest("[data-menu]")) openMenu(!root.classList.contains("menu-open"));
    else if (!event.target.closest(".side") || event.target.closest("[data-go]")) openMenu(false);
  });
  document.addEventListener("keydown", (event) => {
    const tab = event.target.closest?.("[data-tab]");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!tab || !step) return;
    event.preventDefault();
    const tabs = [...tab.parentElement.querySelectorAll("[data-tab]")];
    const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
    next.focus();
    next.click();
  });
  document.addEventListener("input", (event) => {
    const search = event.target.closest("[data-narrow]");
    if (!search) return;
    const wanted = search.value.trim().toLowerCase();
    search.closest("[role=tabpanel]").querySelectorAll("label").forEach((label) => {
      label.hidden = !label.textContent.toLowerCase().includes(wanted);
    });
  });

  // Definitions: on hover and on focus, as text.
  const hint = document.getElementById("hint");
  function showHint(button) {
    hint.textContent = button.dataset.hint;
    hint.showPopover();
    const place = button.getBoundingClientRect();
    const left = place.left + place.width / 2 - hint.offsetWidth / 2;
    hint.style.left = `${Math.max(12, Math.min(left, innerWidth - hint.offsetWidth - 12))}px`;
    const below = place.bottom + 8;
    const fits = below + hint.offsetHeight < innerHeight;
    hint.style.top = `${fits ? below : place.top - hint.offsetHeight - 8}px`;
  }
  const hideHint = () => { if (hint.matches(":popover-open")) hint.hidePopover(); };
  for (const name of ["pointerover", "focusin", "click"]) {
    document.addEventListener(name, (event) => {
      const button = event.target.closest?.("[data-hint]");
      if (button) showHint(button);
      else if (name !== "focusin" || document.activeElement !== document.body) hideHint();
    });
  }
  document.addEventListener("scroll", hideHint, { passive: true, capture: true });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    hideHint();
    if (root.classList.contains("menu-open")) {
      openMenu(false);
      document.querySelector("[data-menu]").focus();
    }
  });

  document.getElementById("theme").addEventListener("click", () => {
    root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch { /* storage may be forbidden */ }
    document.dispatchEvent(new Event("themechange"));
  });

  const said = document.getElementById("said");
  // The server's answers, and what to do when it goes away.
  Shiny.addCustomMessageHandler("settled", (_) => {
    const isAnswer = "busy" in root.dataset;
    delete root.dataset.busy;
    root.dataset.settled = "";
    window.view.reflect();
    if (isAnswer) said.textContent = `${document.title}: the figures are there.`;
  });
  async function waitForServer() {
    const answer = await fetch("health", { cache: "no-store" }).catch(() => null);
    if (!answer?.ok) setTimeout(waitForServer, 2000);
    else if (await isSignedOut()) sayThatSignInEnded();
    else location.reload();
  }
  const words = document.querySelector(".signed-out");
  async function isSignedOut() {
    return words && (await fetch("auth/state", { cache: "no-store" })).status === 401;
  }
  // Signing in again leads back to the view.
  function sayThatSignInEnded() {
    const next = encodeURIComponent(location.pathname + location.search);
    words.querySelector("a").href = `auth/login?next=${next}`;
    delete root.dataset.lost;
    words.hidden = false;
  }
  let isLeaving = false;
  addEventListener("beforeunload", () => { isLeaving = true; });
  $(document).on("shiny:disconnected", () => {
    if (isLeaving) return;
    delete root.dataset.busy;
    root.dataset.lost = "";
    setTimeout(waitForServer, 1000);
  });
})();
