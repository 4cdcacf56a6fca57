import { state } from "./state.js";

const CAMPAIGN = /^(utm_\w+|[a-z]{1,2}clk?id|[gw]braid|igsh(id)?|li_fat_id)$/;

/** A text without e-mail addresses, cut; the bounds keep a long one from costing its square. */
export const clean = (text: string, most = 2048): string =>
  text.replace(/[\w.+%-]{1,64}(@|%40)[\w-]{1,64}\.[\w.-]{1,64}/g, "redacted").slice(0, most);

/** A short text, also without numbers as long as those of phones and cards. */
export const short = (text: string): string =>
  clean(text.replace(/(\d[ .-]?){9,}/g, "redacted ").replace(/\s+/g, " ").trim(), 80);

/** An address without fragment, credentials, and parameters that are not on the allow-list. */
export const cleanUrl = (address: string): string | undefined => {
  if (!address) return undefined;
  const { protocol, host, pathname, searchParams } = new URL(address);
  for (const name of [...searchParams.keys()])
    if (!CAMPAIGN.test(name) && !`${state.allowParams}`.split(",").includes(name)) searchParams.delete(name);
  return clean(`${protocol}//${host}${pathname}?${searchParams}`).replace(/\?$/, "");
};
