"use client";
import { usePathname, useSearchParams } from "next/navigation";
import { type ReactNode, Suspense } from "react";
import { ClickstreamProvider as Provider, type ProviderProps, usePageView } from "./react.js";

export { Identify, TrackProduct, useIdentify, usePageView, useProduct } from "./react.js";

function PageViews(): null {
  usePageView(`${usePathname()}?${useSearchParams()}`);
  return null;
}

/** The provider for the App Router; its endpoint is `NEXT_PUBLIC_CLICKSTREAM_ENDPOINT`. */
export function ClickstreamProvider(props: Omit<ProviderProps, "pageViews">): ReactNode {
  const pageViews = (
    <Suspense>
      <PageViews />
    </Suspense>
  );
  return <Provider {...props} pageViews={pageViews} />;
}
