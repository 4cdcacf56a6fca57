/** A path of this shop to go on to; anything else leads home. */
export function pathWithin(to: string | null | undefined): string {
  return to && /^\/(?![/\\])[\x21-\x7e]*$/.test(to) && !to.includes("\\") ? to : "/";
}
