"use client";
import { type ReactNode, useEffect } from "react";
import type { Product } from "./contract.js";
import { environment } from "./environment.js";
import type { Options } from "./options.js";
import { trackPageView } from "./page.js";
import { track } from "./track.js";
import { consent as setConsent, identify, init, setProduct } from "./tracker.js";

export interface ProviderProps extends Omit<Options, "userId" | "autoPageViews"> {
  children?: ReactNode;
  /** The signed-in user, null for a guest; undefined where `useIdentify` says it. */
  userId?: string | null | undefined;
  /** A component that calls `usePageView`; without one, history changes are page views. */
  pageViews?: ReactNode;
}

/** Starts the tracker, once, whatever StrictMode repeats. */
export function ClickstreamProvider(props: ProviderProps): ReactNode {
  const { children, pageViews, userId, identitySource, consent, ...options } = props;
  useIdentify(userId, identitySource);
  useEffect(() => {
    if (consent) setConsent(consent);
  }, [consent]);
  useEffect(() => {
    init({ ...environment(), ...options, autoPageViews: !pageViews });
  }, []);
  return (
    <>
      {pageViews}
      {children}
    </>
  );
}

/** Names the user; the page view of the same commit already carries it. */
export function useIdentify(userId: string | null | undefined, identitySource?: string): void {
  useEffect(() => {
    if (userId !== undefined) identify(userId, identitySource);
  }, [userId, identitySource]);
}

/** `useIdentify` for places where a component is handier. */
export function Identify(props: { userId: string | null | undefined; source?: string }): null {
  useIdentify(props.userId, props.source);
  return null;
}

/**
 * Work after all effects of a commit, once the page has its title, which Next.js may stream up to a
 * third of a second later (a redirect by a server action did); after a second without one. Undone
 * with the effect, as StrictMode does at once.
 */
const later = (work: () => void): (() => void) => {
  let timer: ReturnType<typeof setTimeout>;
  const wait = (tries: number): void => {
    timer = setTimeout(() => (tries && !document.title ? wait(tries - 1) : work()), 10);
  };
  wait(100);
  return () => clearTimeout(timer);
};

/** A page view for each new path, once title, product and user of its commit are there. */
export function usePageView(path: string | null | undefined): void {
  useEffect(() => {
    return path ? later(trackPageView) : undefined;
  }, [path]);
}

/** A `view_item` of the product, which the page view of the same commit carries too. */
export function useProduct(product: Product): void {
  useEffect(() => {
    setProduct(product);
    const stop = later(() => track("view_item", { product }));
    return () => {
      stop();
      setProduct();
    };
  }, [product.id]);
}

/** `useProduct` for places where a component is handier. */
export function TrackProduct(props: { product: Product }): null {
  useProduct(props.product);
  return null;
}
