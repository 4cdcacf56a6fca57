/** What the provider uses of Next.js, so that building it needs no Next.js. */
declare module "next/navigation" {
  export function usePathname(): string | null;
  export function useSearchParams(): URLSearchParams | null;
}
declare module "next/router.js" {
  export function useRouter(): { readonly asPath: string; readonly isReady: boolean };
}
