// The view lives in the URL. Controls change the URL; the server is told the new query string.
window.view = (() => {
  "use strict";
  const root = document.documentElement;
  const FILTERS = JSON.parse(document.body.dataset.filterKeys);
  const HOME = document.body.dataset.home;
  let openQuery = null;

  const current = () => new URLSearchParams(location.search);
  const pageOf = (params) => {
    const asked = params.get("page") ?? HOME;
    return document.querySelector(`[data-page="${CSS.escape(asked)}"]`) ? asked : HOME;
  };

  // "a=1&a=2&b=" sets a to both and removes b; a changed filter or order starts a table at its
  // first page, but opening one of its rows does not.
  function changed(changes) {
    const params = current();
    const wanted = new URLSearchParams(changes);
    const keys = new Set(wanted.keys());
    if (keys.size > 1 || !keys.has("open")) params.delete("n");
    for (const key of keys) params.delete(key);
    for (const [key, value] of wanted) {
      if (value !== "") params.append(key, value);
    }
    return params;
  }

  function toggled(pair) {
    const [[key, value]] = new URLSearchParams(pair);
    const params = current();
    const values = params.getAll(key);
    params.delete("n");
    params.delete(key);
    const rest = values.includes(value) ? values.filter((one) => one !== value) : [...values, value];
    for (const one of rest) params.append(key, one);
    return params;
  }

  function onPage(page) {
    const params = new URLSearchParams();
    if (page !== HOME) params.set("page", page);
    for (const [key, value] of current()) {
      if (FILTERS.includes(key) && key !== "page") params.append(key, value);
    }
    return params;
  }

  const address = (params) => (params.size ? `?${params}` : location.pathname);

  function go(params, { replace = false } = {}) {
    if (address(params) === address(current())) return;
    history[replace ? "replaceState" : "pushState"](null, "", address(params));
    publish();
  }

  function publish() {
    const query = current().toString();
    if (query !== openQuery) {
      openQuery = query;
      root.dataset.busy = "";
      document.getElementById("said").textContent = "";
      window.Shiny?.setInputValue?.("query", query);
    }
    reflect();
  }

  function reflect() {
    const params = current();
    const page = pageOf(params);
    showPage(page);
    document.querySelectorAll("nav [data-go]").forEach((link) => {
      link.setAttribute("href", address(onPage(link.dataset.go)));
      if (link.dataset.go === page) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    });
    document.querySelectorAll("[data-export]").forEach((link) => {
      link.setAttribute("href", `export/${link.dataset.export}.csv?${params}`);
    });
    reflectStatic(params);
  }

  function reflectStatic(params) {
    document.querySelectorAll("[data-pressed-by]").forEach((button) => {
      button.setAttribute("aria-pressed", String(isOn(button.dataset.pressedBy, params)));
    });
    document.querySelectorAll("input[data-param]:not([data-lazy])").forEach((input) => {
      if (input !== document.activeElement) input.value = params.get(input.dataset.param) ?? "";
    });
    reflectZone(params);
  }

  function reflectZone(params) {
    const zones = document.querySelector("select[data-zones]");
    const zone = params.get("tz") ?? "";
    if (zone && ![...zones.options].some((one) => one.value === zone)) zones.add(new Option(zone, zone));
    zones.value = zone;
  }

  // "range=14d|" is on where the range is 14d or absent; "from=*" where there is any value.
  function isOn(rule, params) {
    const [key, wanted] = rule.split("=");
    const value = params.get(key) ?? "";
    if (key === "range" && params.has("from")) return false;
    return wanted === "*" ? value !== "" : wanted.split("|").includes(value);
  }

  function showPage(page) {
    document.querySelectorAll("[data-page]").forEach((section) => {
      const isHidden = section.dataset.page !== page;
      if (section.hidden === isHidden) return;
      section.hidden = isHidden;
      if (!isHidden) unfold(section);
      $(section).trigger(isHidden ? "hidden" : "shown");
      if (isHidden) return;
      const { title } = section.dataset;
      document.title = `${title} · Clickstream`;
      document.querySelector("#page-title").textContent = title;
      window.scrollTo(0, 0);
    });
  }

  // A page's parts are made, and bound to the server's outputs, when it is first shown.
  function unfold(section) {
    const folded = section.querySelector(":scope > template");
    if (!folded) return;
    folded.replaceWith(folded.content);
    window.Shiny?.initializedPromise?.then(() => window.Shiny.bindAll(section));
  }

  function click(event) {
    const control = event.target.closest("[data-go],[data-set],[data-toggle],[data-flip]");
    if (!control || event.metaKey || event.ctrlKey || event.shiftKey) return;
    if (control.matches("a")) event.preventDefault();
    if (control.dataset.go !== undefined) {
      if (root.classList.contains("menu-open")) document.getElementById("main").focus();
      go(onPage(control.dataset.go));
    } else if (control.dataset.set !== undefined) {
      go(changed(control.dataset.set));
      if (control.dataset.closes !== undefined) control.closest("[popover]")?.hidePopover();
    } else if (control.dataset.flip !== undefined) {
      const [key, value] = control.dataset.flip.split("=");
      go(changed(`${key}=${current().has(key) ? "" : value}`));
    } else if (!control.matches("input")) {
      go(toggled(control.dataset.toggle));
    }
  }

  let typing;
  function type(event) {
    const input = event.target.closest("input[data-param]:not([data-lazy])");
    if (!input) return;
    clearTimeout(typing);
    const change = () => go(
      changed(new URLSearchParams([[input.dataset.param, input.value.trim()]])), { replace: true });
    typing = setTimeout(change, 250);
  }

  document.addEventListener("click", click);
  document.addEventListener("input", type);
  document.addEventListener("change", (event) => {
    const control = event.target;
    if (control.matches("input[data-toggle]")) go(toggled(control.dataset.toggle));
    if (control.matches("select[data-param],input[data-lazy]")) {
      go(changed(new URLSearchParams([[control.dataset.param, control.value.trim()]])));
    }
    const list = control.closest("[data-builds]");
    if (list) build(list, control);
  });

  // A list of steps: each row a choice of what, and a text where the choice wants one.
  function build(list, control) {
    const typed = control.matches("select") ? control.selectedOptions[0].dataset.typed : undefined;
    if (typed !== undefined) {
      const text = control.parentElement.querySelector("input");
      text.placeholder = typed;
      text.value = "";
      text.focus();
      return;
    }
    const values = [...list.querySelectorAll("[data-step]")].map((row) => {
      const what = row.querySelector("select").selectedOptions[0];
      const text = row.querySelector("input").value.trim();
      if (what.dataset.typed === undefined) return what.value;
      return text && `${what.value}${text}`;
    });
    const steps = values.filter(Boolean).map((value) => [list.dataset.builds, value]);
    go(changed(new URLSearchParams(steps.length ? steps : [[list.dataset.builds, ""]])));
  }
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-form=range]");
    if (!form) return;
    event.preventDefault();
    const { from, to } = Object.fromEntries(new FormData(form));
    if (from && to) {
      go(changed(new URLSearchParams([["range", ""], ["from", from], ["to", to]])));
      form.closest("[popover]")?.hidePopover();
    }
  });
  addEventListener("popstate", publish);
  openQuery = current().toString();
  reflect();
  return { change: (changes) => go(changed(changes)), reflect: () => reflectStatic(current()) };
})();
