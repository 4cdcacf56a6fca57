import "server-only";
import { cache } from "react";
import { openShop, type Shop } from "@/shop";

const kept = globalThis as { shop?: Promise<Shop> };

/** The shop's data, opened once a process. */
export const shop = (): Promise<Shop> => (kept.shop ??= openShop(process.env));

export const categories = cache(async () => (await shop()).categories());
