import type { Event } from "./contract.js";
import { enqueue } from "./delivery.js";
import { ids } from "./identity.js";
import { clean, cleanUrl } from "./redact.js";
import { guard, newId, type Page, state } from "./state.js";

/** What a caller may say of an event; the tracker itself says who, when and where. */
export type Fields = Partial<
  Omit<
    Event,
    | "eventName" | "eventId" | "eventTimestamp" | "sentAt" | "clientId" | "sessionId" | "userId"
    | "userLoginState" | "isFirstVisit" | "identitySource" | "consent" | "pageViewId"
  >
>;

const early: Array<[string, Fields, number]> = [];

export const record = (eventName: string, fields: Fields, at: number): void => {
  const { running, effective: consent, beforeSend, userId, identitySource } = state;
  if (running === undefined && !early[98]) early.push([eventName, fields, at]);
  if (!running || consent === "denied") return;
  const isGranted = consent === "granted";
  let event: Event | null | undefined = JSON.parse(
    JSON.stringify({
      eventName,
      eventId: newId(),
      eventTimestamp: new Date(at).toISOString(),
      ...ids(at),
      ...(isGranted && userId && { userId, identitySource }),
      userLoginState: !isGranted ? "anonymous" : userId ? "logged_in" : "guest",
      consent,
      ...(state.page ?? describePage()),
      ...fields,
    }),
  ) as Event;
  if (beforeSend) event = beforeSend(event);
  if (event) enqueue(event);
};

/** Queues an event with any fields of the contract. */
export const track: (eventName: Event["eventName"], fields?: Fields) => void = guard(
  (eventName: string, fields: Fields = {}) => record(eventName, fields, Date.now()),
);

/** Queues what was tracked before `init`. */
export const replay = (): void => early.splice(0).forEach((call) => record(...call));

/**
 * The page as it is now; within a document the page before it is the referrer. What is told before the
 * first page view belongs to that one.
 */
export const describePage = (): Page => ({
  pageViewId: state.page ? newId() : (state.pageId ??= newId()),
  pageUrl: cleanUrl(location.href)!,
  pageTitle: clean(document.title),
  referrer: state.page ? state.page.pageUrl! : cleanUrl(document.referrer)!,
});

/** An event of the shop's own, its payload under `properties`. */
export const trackCustom = (eventName: string, payload?: Record<string, unknown>): void =>
  track(eventName, { properties: payload! });
