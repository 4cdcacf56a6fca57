import type { Prisma, PrismaClient } from "../generated/prisma/client";
import { words } from "./rules";
import type { Product, ProductQuery, Shop, Sort } from "./types";

export const WITH_PARTS = { category: true, brand: true, inventory: true } as const;
type Row = Prisma.ProductGetPayload<{ include: typeof WITH_PARTS }>;

const ORDERS: Record<Sort, Prisma.ProductOrderByWithRelationInput[]> = {
  popular: [{ popularity: "desc" }, { id: "asc" }],
  cheapest: [{ asked: "asc" }, { id: "asc" }],
  dearest: [{ asked: "desc" }, { id: "asc" }],
  name: [{ name: "asc" }, { id: "asc" }],
};
const MOST = 100;

export function prismaCatalogue(client: PrismaClient): Pick<Shop, "categories" | "products" | "product"> {
  return {
    categories: () =>
      client.category.findMany({
        orderBy: { position: "asc" },
        select: { id: true, slug: true, title: true, blurb: true },
      }),

    async products(query) {
      const found = matching(query);
      const where = query.brand ? { ...found, brandId: query.brand } : found;
      const [rows, total, brands] = await Promise.all([
        client.product.findMany({
          where, include: WITH_PARTS, orderBy: ORDERS[query.sort ?? "popular"], take: query.limit ?? MOST,
        }),
        client.product.count({ where }),
        client.brand.findMany({ where: { products: { some: found } }, orderBy: { name: "asc" } }),
      ]);
      return { products: rows.map(productOf), total, brands: brands.map(({ name }) => name) };
    },

    async product(name) {
      const row = await client.product.findFirst({
        where: { isActive: true, OR: [{ id: name }, { slug: name }] },
        include: WITH_PARTS,
      });
      if (!row) return null;
      return { ...productOf(row), description: row.description, specs: row.specs as [string, string][] };
    },
  };
}

/** All that a query means but its brand. */
function matching({ category, search, inStock }: ProductQuery): Prisma.ProductWhereInput {
  return {
    isActive: true,
    ...(category ? { categoryId: category } : {}),
    ...(inStock ? { inventory: { onHand: { gt: 0 } } } : {}),
    AND: words(search ?? "").map((word) => ({ searchText: { contains: word } })),
  };
}

export function productOf(row: Row): Product {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    category: row.categoryId,
    brand: row.brand.name,
    price: row.price.toNumber(),
    discountPrice: row.discountPrice?.toNumber() ?? null,
    currency: row.currency,
    onHand: row.inventory?.onHand ?? 0,
  };
}
