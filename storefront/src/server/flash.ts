import "server-only";
import { cookies } from "next/headers";
import { isSecure } from "./environment";

export const FLASH = "shop_flash";

/** A word for the next page's scripts: what has just happened on the server. */
export async function flash(word: string): Promise<void> {
  (await cookies()).set(FLASH, word, { sameSite: "lax", secure: isSecure(), path: "/", maxAge: 300 });
}
