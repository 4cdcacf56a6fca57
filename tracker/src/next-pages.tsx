import { useRouter } from "next/router.js";
import type { ReactNode } from "react";
import { ClickstreamProvider as Provider, type ProviderProps, usePageView } from "./react.js";

export { Identify, TrackProduct, useIdentify, usePageView, useProduct } from "./react.js";

function PageViews(): null {
  const { asPath, isReady } = useRouter();
  usePageView(isReady ? asPath.split("#")[0] : null);
  return null;
}

/** The provider for the Pages Router, in `pages/_app`. */
export function ClickstreamProvider(props: Omit<ProviderProps, "pageViews">): ReactNode {
  return <Provider {...props} pageViews={<PageViews />} />;
}
