import type { Event } from "./contract.js";
import { newId, state } from "./state.js";
import { keep, PREFIX, readCookie, recall, writeCookie } from "./store.js";

const INACTIVITY = 18e5;
const ID = PREFIX + "id";
const SESSION = PREFIX + "session";
type Session = [id: string, last: number, isFirst: boolean];

/** Client and session of an event at an instant; the session is shared by the browser's tabs. */
export const ids = (at: number): Pick<Event, "clientId" | "sessionId" | "isFirstVisit"> => {
  const known = (state.cookie && readCookie()) || recall<string>(ID);
  let [sessionId, last, isFirstVisit] = recall<Session>(SESSION) ?? ["", 0, false];
  if (at - last > INACTIVITY) [sessionId, isFirstVisit] = [newId(), !known];
  keep(SESSION, [sessionId, Math.max(last, at), isFirstVisit] satisfies Session);
  if (state.effective !== "granted") return { sessionId };
  const clientId = known || newId();
  keep(ID, clientId);
  writeCookie(clientId);
  return { clientId, sessionId, isFirstVisit };
};
