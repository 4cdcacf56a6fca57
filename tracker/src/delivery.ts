import type { Event } from "./contract.js";
import { guard, newId, state } from "./state.js";
import { keep, keys, PREFIX, recall } from "./store.js";

const MOST_EVENTS = 300;
/** Browsers take 64 KiB of keepalive requests at once. */
const MOST_BYTES = 6e4;
const WEEK = 6048e5;
const PAUSE = PREFIX + "pause";
type Pause = [tries: number, until: number];

let waiting: Event[] = [];
let flying: Event[] = [];
/** Each page keeps its own key, so that tabs never write over each other. */
let own = "";
let timer: ReturnType<typeof setTimeout> | 0 = 0;

/** Numbers may be texts, as a script's attributes and a build's environment give them. */
const batchSize = (): number => +(state.batchSize ||= 10);
const interval = (): number => +(state.flushInterval ||= 5e3);
const pause = (): Pause => recall<Pause>(PAUSE) ?? [0, 0];

/** Puts events before those that wait, and stores all that no answer has come for. */
const save = (...first: Event[]): void => {
  waiting = [...first, ...waiting].slice(-MOST_EVENTS);
  const all = [...flying, ...waiting];
  keep((own ||= PREFIX + "queue." + newId()), all[0] && all);
};

const schedule = (delay: number): void => {
  timer ||= setTimeout(
    guard(() => {
      timer = 0;
      flush();
    }),
    delay,
  );
};

export const enqueue = (event: Event): void => {
  waiting.push(event);
  save();
  proceed();
};

const proceed = (): void => {
  if (waiting.length >= batchSize()) flush();
  else if (waiting[0]) schedule(interval());
};

/** Sends what waits: a batch, or as much as a page that is going away may. */
export const flush = (isLeaving?: boolean): void => {
  const wait = pause()[1] - Date.now();
  if (wait > 0) return schedule(wait);
  if (!waiting[0] || (flying[0] && !isLeaving)) return;
  const sentAt = new Date().toISOString();
  const sent: Event[] = [];
  let most = batchSize();
  if (isLeaving && most > 1) most = MOST_EVENTS;
  let size = 0;
  for (const event of waiting.slice(0, most)) {
    size += new Blob([JSON.stringify(event)]).size + 50;
    if (size > MOST_BYTES && sent[0]) break;
    sent.push({ ...event, sentAt });
  }
  const batch = waiting.splice(0, sent.length);
  flying.push(...batch);
  void post(batch, JSON.stringify(most < 2 ? sent[0] : sent));
  if (isLeaving && most < 2) flush(isLeaving);
};

/** Sends a body; its events leave the queue once the collector has spoken the last word. */
const post = async (batch: Event[], body: string): Promise<void> => {
  let status = 0;
  try {
    // A text of no declared type needs no preflight.
    const answer = await fetch(state.endpoint!, {
      method: "POST",
      body,
      keepalive: new Blob([body]).size < MOST_BYTES,
      credentials: "omit",
    });
    status = answer.status;
  } catch {
    // Offline or refused: the same as a collector that is out of order.
  }
  flying = flying.filter((event) => !batch.includes(event));
  if (/2..|400|413/.test(`${status}`)) {
    keep(PAUSE);
    save();
  } else {
    const tries = pause()[0] + 1;
    const delay = Math.min(500 * 2 ** tries, 3e5) * (1 + Math.random());
    keep(PAUSE, [tries, Date.now() + delay] satisfies Pause);
    save(...batch);
  }
  proceed();
};

/** Takes over what pages that are gone have left, unless it is too old to be dated. */
const adopt = (): void => {
  for (const key of keys("queue."))
    if (key !== own) {
      const left = recall<Event[]>(key) ?? [];
      keep(key);
      save(...left.filter((event) => Date.now() - Date.parse(event.eventTimestamp as string) < WEEK));
    }
  flush();
};

export const startDelivery = (): void => {
  // By then a living tab has sent its own.
  setTimeout(guard(adopt), interval());
  addEventListener(
    "online",
    guard(() => {
      keep(PAUSE);
      flush();
    }),
  );
};

/** Writes the queue to where consent now allows it, or empties it. */
export const moveQueue = (): void => {
  if (state.effective === "denied") waiting = flying = [];
  save();
};
