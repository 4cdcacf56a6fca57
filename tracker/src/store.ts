import { state } from "./state.js";

type Area = Record<string, string>;
export const PREFIX = "clickstream.";
let memory: Area = {};

/** The browser's storage; nothing where it is forbidden. */
const disk = (): Area => {
  try {
    return localStorage;
  } catch {
    return memory;
  }
};

/** Where values may lie: in the browser only with consent. */
const area = (): Area => (state.effective === "granted" ? disk() : memory);

/** The stored keys that start with a name. */
export const keys = (name: string, where = area()): string[] =>
  Object.keys(where).filter((key) => key.startsWith(PREFIX + name));

export const recall = <T>(key: string): T | undefined => {
  try {
    return JSON.parse((memory[key] ?? area()[key])!) as T;
  } catch {
    return undefined;
  }
};

/** Keeps a value, in memory where the storage is full; no value removes the key. */
export const keep = (key: string, value?: unknown): void => {
  delete memory[key];
  delete area()[key];
  if (!value) return;
  const text = JSON.stringify(value);
  try {
    area()[key] = text;
  } catch {
    memory[key] = text;
  }
};

export const readCookie = (): string | undefined =>
  /clickstream_id=(\w+)/.exec(document.cookie)?.[1];

export const writeCookie = (id: string, seconds = 34e6): void => {
  const { cookie } = state;
  if (cookie)
    document.cookie =
      `clickstream_id=${id};path=/;samesite=lax;max-age=${seconds}` +
      (cookie === true ? "" : ";domain=" + cookie);
};

/** Forgets everything, in this page and in the browser. */
export const wipe = (): void => {
  memory = {};
  writeCookie("", 0);
  keys("", disk()).forEach((key) => delete disk()[key]);
};
