import type { Event } from "./contract.js";

/** What the visitor agreed to: everything, nothing, or events without any stored id. */
export type ConsentState = "granted" | "denied" | "anonymous";

export interface Options {
  /** Address of the collector's `/clickstream`. Without one the tracker does nothing. */
  endpoint?: string | undefined;
  /** Events a request; 1 sends each as one object, the first version of the contract. 10. */
  batchSize?: number | string | undefined;
  /** How long an event may wait for others, in milliseconds. 5000. */
  flushInterval?: number | string | undefined;
  /** Granted, unless the page's consent tool says otherwise. */
  consent?: ConsentState | undefined;
  /** Whether Do Not Track and Global Privacy Control mean denied. True. */
  respectSignals?: boolean | undefined;
  /** Keep the client id in a first-party cookie too; a text is the cookie's domain. False. */
  cookie?: boolean | string | undefined;
  /** Page views on load and on history changes. True. */
  autoPageViews?: boolean | undefined;
  /** Clicks on links, buttons and the like. True. */
  clicks?: boolean | undefined;
  /** Names of query parameters to keep beside those of campaigns, with commas if a text. */
  allowParams?: readonly string[] | string | undefined;
  /** The signed-in user. */
  userId?: string | null | undefined;
  /** Who says so, for instance `cognito`. */
  identitySource?: string | undefined;
  /** Sees each event before it is queued; what it returns is sent, nothing if that is nothing. */
  beforeSend?: ((event: Event) => Event | null | undefined) | undefined;
}
