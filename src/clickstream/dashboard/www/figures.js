// Numbers, money and dates in the reader's own locale. The server sends plain values and units.
window.figures = (() => {
  "use strict";
  const locale = navigator.languages?.length ? [...navigator.languages] : undefined;
  const made = new Map();

  function numberFormat(options) {
    const key = JSON.stringify(options);
    if (!made.has(key)) made.set(key, new Intl.NumberFormat(locale, options));
    return made.get(key);
  }

  function dateFormat(options) {
    const key = `date ${JSON.stringify(options)}`;
    if (!made.has(key)) made.set(key, new Intl.DateTimeFormat(locale, options));
    return made.get(key);
  }

  const shortened = (value, compact) => compact && Math.abs(value) >= 10_000
    ? { notation: "compact", maximumSignificantDigits: 3 } : {};

  function money(value, currency, compact) {
    const short = shortened(value, compact);
    if (!currency) return number(value, compact);
    try {
      return numberFormat({ style: "currency", currency, currencyDisplay: "narrowSymbol", ...short })
        .format(value);
    } catch {
      return `${number(value, compact)} ${currency}`;  // not a currency that the browser knows
    }
  }

  function number(value, compact) {
    const short = shortened(value, compact);
    return numberFormat({ maximumFractionDigits: 2, ...short }).format(value);
  }

  function rate(value) {
    const digits = value === 0 || value === 1 ? 0 : Math.abs(value) < 0.1 ? 2 : 1;
    return numberFormat({
      style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits,
    }).format(value);
  }

  function share(value) {
    const digits = value < 0.01 ? 1 : 0;
    return numberFormat({ style: "percent", maximumFractionDigits: digits }).format(value);
  }

  function axis(value, unit, currency) {
    if (unit !== "rate") return figure(value, unit, currency, true);
    return numberFormat({ style: "percent", maximumFractionDigits: 2 }).format(value);
  }

  function duration(seconds) {
    const parts = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
    const first = parts.findIndex(([, length]) => seconds >= length);
    if (first < 0) return numberFormat({ style: "unit", unit: "second", unitDisplay: "short" }).format(0);
    let rest = Math.round(seconds / (parts[first + 1] ?? parts[first])[1])
      * (parts[first + 1] ?? parts[first])[1];
    return parts.slice(first, first + 2).map(([unit, length]) => {
      const whole = Math.floor(rest / length);
      rest -= whole * length;
      return whole ? numberFormat({ style: "unit", unit, unitDisplay: "short" }).format(whole) : "";
    }).filter(Boolean).join(" ");
  }

  function bytes(value) {
    const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
    const place = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3));
    return numberFormat({
      style: "unit", unit: units[place], unitDisplay: "short", maximumSignificantDigits: 3,
    }).format(value / 1000 ** place);
  }

  function change(value) {
    const size = Math.abs(value);
    const digits = size < 0.1 ? 1 : 0;
    const percent = numberFormat({
      style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits,
    });
    return size < 0.0005 ? "no change" : `${value > 0 ? "▲" : "▼"} ${percent.format(size)}`;
  }

  function figure(value, unit, currency, compact) {
    if (value === null || value === undefined || value === "" || Number.isNaN(Number(value))) return "–";
    const amount = Number(value);
    if (unit === "money") return money(amount, currency, compact);
    if (unit === "rate") return rate(amount);
    if (unit === "seconds") return duration(amount);
    if (unit === "milliseconds") return duration(amount / 1000);
    if (unit === "bytes") return bytes(amount);
    if (unit === "ratio") return numberFormat({ minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(amount);
    if (unit === "share") return share(amount);
    if (unit === "credit") return numberFormat({ minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(amount);
    if (unit === "change") return change(amount);
    return number(amount, compact);
  }

  const styles = {
    day: { day: "numeric", month: "short" },
    full: { weekday: "short", day: "numeric", month: "short", year: "numeric" },
    date: { day: "numeric", month: "short", year: "numeric" },
    hour: { hour: "numeric", minute: "2-digit" },
    weekhour: { weekday: "short", hour: "numeric" },
    dayhour: { weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit" },
    month: { month: "short", year: "numeric" },
    clock: { hour: "numeric", minute: "2-digit" },
    moment: { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" },
    second: { day: "numeric", month: "short", hour: "numeric", minute: "2-digit", second: "2-digit" },
  };

  // A day or an hour of the report's zone: shown as it reads, never moved to the browser's zone.
  function date(text, style) {
    const [day, clock = "00:00"] = String(text).split(/[T ]/);
    const [year, month, dayOfMonth] = day.split("-").map(Number);
    const [hours, minutes, seconds] = clock.split(":").map((part) => Number.parseInt(part, 10));
    const instant = new Date(
      Date.UTC(year, month - 1, dayOfMonth, hours || 0, minutes || 0, seconds || 0));
    if (Number.isNaN(instant.getTime())) return String(text);
    return dateFormat({ ...styles[style] ?? styles.day, timeZone: "UTC" }).format(instant);
  }

  function ago(text) {
    const seconds = Math.max(0, (Date.now() - new Date(text).getTime()) / 1000);
    const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });
    if (seconds < 60) return "just now";
    if (seconds < 3600) return relative.format(-Math.floor(seconds / 60), "minute");
    if (seconds < 86400) return relative.format(-Math.floor(seconds / 3600), "hour");
    return relative.format(-Math.floor(seconds / 86400), "day");
  }

  function instant(text) {
    return dateFormat({ dateStyle: "medium", timeStyle: "medium" }).format(new Date(text));
  }

  function dressData(node) {
    const { unit, currency } = node.dataset;
    const short = figure(node.value, unit, currency, node.hasAttribute("data-compact"));
    const full = figure(node.value, unit, currency, false);
    node.textContent = short;
    if (full !== short) node.title = full;
  }

  function dressTime(node) {
    const isAgo = node.dataset.style === "ago";
    node.textContent = isAgo ? ago(node.dateTime) : date(node.dateTime, node.dataset.style);
    if (isAgo) node.title = instant(node.dateTime);
  }

  function dress(scope) {
    scope.querySelectorAll("data[data-unit]:not([data-dressed])").forEach((node) => {
      node.setAttribute("data-dressed", "");
      dressData(node);
    });
    scope.querySelectorAll("time[data-style]:not([data-dressed])").forEach((node) => {
      node.setAttribute("data-dressed", "");
      dressTime(node);
    });
  }

  setInterval(() => document.querySelectorAll('time[data-style="ago"]').forEach(dressTime), 10_000);
  return { axis, figure, date, dress };
})();
