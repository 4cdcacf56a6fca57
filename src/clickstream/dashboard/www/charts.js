// The output binding that draws an ECharts option sent by the server.
// Colours arrive as "var(--x)", formatters as "fn:kind:detail"; both are resolved here, so that a
// change of theme or locale needs no trip to the server, and no code ever comes from data.
(() => {
  "use strict";
  const { axis, figure, date } = window.figures;

  function colour(text) {
    const name = /^var\((--[\w-]+)\)$/.exec(text)?.[1];
    return name ? getComputedStyle(document.documentElement).getPropertyValue(name).trim() : text;
  }

  function format(text, figures) {
    const [, kind, detail = ""] = text.split(":");
    if (kind === "axis") return (value) => axis(value, ...detail.split(","));
    if (kind === "date") return (value) => date(value, detail);
    if (kind === "label") return (point) => figure(point.value, ...detail.split(","), true);
    if (kind === "clip") return (value) => clip(String(value), Number(detail));
    if (kind === "title") return (point) => clip(point.data.title, Number(detail));
    if (kind === "columns") return (points) => columnTip(points[0], figures, detail);
    if (kind === "tip") return (points) => tip([points].flat(), figures, detail);
    return (value) => String(value);
  }

  const isNarrow = matchMedia("(max-width: 600px)");

  function clip(text, wanted) {
    const length = isNarrow.matches ? Math.round(wanted * 0.6) : wanted;
    return text.length > length ? `${text.slice(0, length - 1)}…` : text;
  }

  function element(name, className, text) {
    const node = document.createElement(name);
    node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  }

  // Rows of a tooltip as DOM nodes: names come from events, so they must stay text.
  function tip(points, figures, style) {
    const box = element("div", "tip");
    const first = points[0];
    const head = first.data?.title ?? first.name;
    box.append(element("div", "tip-head", style ? date(first.axisValue, style) : head));
    for (const point of points) {
      for (const row of tipRows(point, figures, style)) box.append(row);
    }
    return box;
  }

  function columnTip(point, figures, unit) {
    const box = element("div", "tip");
    box.append(element("div", "tip-head", `from ${figure(point.axisValue, unit, "", false)}`));
    for (const row of tipRows(point, figures, "")) box.append(row);
    return box;
  }

  function tipRows(point, figures, style) {
    const shown = figures[point.seriesIndex] ?? [];
    return shown.map(({ name, unit, currency, key, from, to }) => {
      const row = element("div", "tip-row");
      const dot = element("span", "tip-dot");
      const shade = point.borderColor || point.color;
      dot.style.background = typeof shade === "string" ? shade : "";
      const when = point.data?.when && style ? `${name}, ${date(point.data.when, "day")}` : name;
      const value = key ? point.data[key] : point.data?.value ?? point.value;
      if ((value === null || (key && value === undefined)) && style) return null;
      if (unit === "text") dot.style.background = "var(--down)";
      const text = unit === "text" ? value : figure(value, unit, currency, false);
      row.append(dot, element("span", "tip-name", when), element("span", "tip-value", text));
      if (from && to) {
        const bounds = [from, to].map((end) => figure(point.data[end], unit, currency, true));
        row.append(element("span", "tip-bounds", bounds.join(" – ")));
      }
      return row;
    }).filter(Boolean);
  }

  function resolve(node, figures, key = "") {
    if (Array.isArray(node)) return node.map((item) => resolve(item, figures, key));
    if (node && typeof node === "object") {
      return Object.fromEntries(
        Object.entries(node).map(([name, value]) => [name, resolve(value, figures, name)]));
    }
    if (typeof node !== "string") return node;
    if (/formatter$/i.test(key) && node.startsWith("fn:")) return format(node, figures);
    return /color$/i.test(key) ? colour(node) : node;
  }

  // The library is large and needed last: it comes beside everything else, and is run while the
  // first figures are on their way.
  const library = new Promise((resolve) => {
    $(document).one("shiny:connected", () => {
      const script = document.createElement("script");
      script.addEventListener("load", () => resolve(true));
      script.addEventListener("error", () => resolve(false));
      script.src = document.getElementById("chart-library").href;
      document.head.append(script);
    });
  });

  async function draw(el) {
    delete el.dataset.ready;
    if (!(await library)) {
      el.textContent = "The chart's drawing has not arrived. Load the page anew.";
      el.dataset.ready = "";
      return;
    }
    const { option, figures } = el.sent;
    el.chart ??= start(el);
    el.chart.setOption(resolve(option, figures), { notMerge: true });
  }

  function start(el) {
    const chart = window.echarts.init(el);
    chart.on("finished", () => { el.dataset.ready = ""; });
    chart.on("click", (point) => {
      if (point.data?.go) window.view.change(point.data.go);
    });
    // Tells the first size, too: that one is drawn already.
    new ResizeObserver(() => {
      const isAsDrawn = el.clientWidth === chart.getWidth() && el.clientHeight === chart.getHeight();
      if (el.clientWidth && !isAsDrawn) chart.resize();
    }).observe(el);
    return chart;
  }

  class ChartBinding extends Shiny.OutputBinding {
    find(scope) { return $(scope).find(".chart"); }

    renderValue(el, sent) {
      el.closest(".chart-box")?.classList.toggle("is-blank", !sent);
      if (!sent) return;
      el.sent = sent;
      el.setAttribute("aria-label", sent.words);
      draw(el);
    }

    renderError(el, error) { el.textContent = error.message; }
  }
  Shiny.outputBindings.register(new ChartBinding(), "clickstream.chart");

  document.addEventListener("themechange", () => {
    document.querySelectorAll(".chart").forEach((el) => { if (el.sent) draw(el); });
  });
})();
