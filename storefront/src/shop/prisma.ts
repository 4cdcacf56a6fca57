import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "../generated/prisma/client";
import { prismaCarts } from "./prisma-carts";
import { prismaCatalogue } from "./prisma-catalogue";
import { prismaOrders } from "./prisma-orders";
import { prismaPeople } from "./prisma-people";
import type { Shop } from "./types";

/** The shop through Prisma, over its PostgreSQL. */
export function prismaShop(connectionString: string): Shop {
  const client = new PrismaClient({
    adapter: new PrismaPg({ connectionString, max: 10, application_name: "storefront" }),
  });
  return { ...prismaCatalogue(client), ...prismaCarts(client), ...prismaPeople(client), ...prismaOrders(client) };
}
