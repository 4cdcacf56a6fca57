import { apiShop } from "./api";
import type { Shop } from "./types";

export * from "./errors";
export * from "./rules";
export type * from "./types";

/**
 * The shop's data: through the internal API where `SHOP_API_URL` names it, which needs no database
 * credentials here, else through Prisma and `DATABASE_URL`, which is loaded only then.
 */
export async function openShop(environment: NodeJS.ProcessEnv): Promise<Shop> {
  const { SHOP_API_URL, DATABASE_URL } = environment;
  if (SHOP_API_URL) return apiShop(SHOP_API_URL);
  if (!DATABASE_URL) throw new Error("DATABASE_URL is unset: set it to the shop's PostgreSQL, or SHOP_API_URL to its API");
  const { prismaShop } = await import("./prisma");
  return prismaShop(DATABASE_URL);
}
