/** A router with the habit of Next.js that matters: the address changes before React commits. */
import { startTransition, useSyncExternalStore } from "react";

const listeners = new Set<() => void>();
let current = location.pathname + location.search;
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

export const push = (path: string): void => {
  history.pushState({}, "", path);
  setTimeout(() => startTransition(() => commit(path)), 60);
};
const commit = (path: string): void => {
  current = path;
  listeners.forEach((listener) => listener());
};
const useCurrent = (): string => useSyncExternalStore(subscribe, () => current);

export const usePathname = (): string => useCurrent().split("?")[0]!;
export const useSearchParams = (): URLSearchParams => new URLSearchParams(useCurrent().split("?")[1]);
export const useRouter = () => ({ asPath: useCurrent(), isReady: true });
