import type { Prisma, PrismaClient } from "../generated/prisma/client";
import { ShopError } from "./errors";
import { productOf, WITH_PARTS } from "./prisma-catalogue";
import { MOST_OF_ONE, sumOf, UUID } from "./rules";
import type { Cart, Shop } from "./types";

const WITH_LINES = {
  items: { include: { product: { include: WITH_PARTS } }, orderBy: [{ addedAt: "asc" }, { productId: "asc" }] },
} as const satisfies Prisma.CartInclude;
const CURRENCY = "VND";

export function prismaCarts(client: PrismaClient): Pick<Shop, "cart" | "setLine" | "claimCart"> {
  return {
    async cart(id) {
      return UUID.test(id) ? readCart(client, id) : null;
    },

    async setLine(cartId, productId, quantity) {
      if (!Number.isInteger(quantity) || quantity < 0 || quantity > MOST_OF_ONE)
        throw new ShopError("invalid", `quantity is ${quantity}, but a whole number from 0 to ${MOST_OF_ONE} is expected`);
      if (!(await client.product.count({ where: { id: productId, isActive: true } })))
        throw new ShopError("not_found", `there is no product ${productId}`);
      const known = cartId && UUID.test(cartId) && (await client.cart.findUnique({ where: { id: cartId } }));
      const { id } = known || (await client.cart.create({ data: {} }));
      await writeLine(client, id, productId, quantity);
      return (await readCart(client, id))!;
    },

    claimCart: (person, cartId) =>
      client.$transaction(async (transaction) => {
        const user = await transaction.user.findUniqueOrThrow({ where: { sub: person.sub }, include: { cart: true } });
        const guests = cartId && UUID.test(cartId)
          ? await transaction.cart.findFirst({ where: { id: cartId, userId: null }, include: { items: true } })
          : null;
        if (!guests) return user.cart?.id ?? null;
        if (!user.cart) {
          await transaction.cart.update({ where: { id: guests.id }, data: { userId: user.id } });
          return guests.id;
        }
        for (const { productId, quantity } of guests.items)
          await addTo(transaction, user.cart.id, productId, quantity);
        await transaction.cart.delete({ where: { id: guests.id } });
        return user.cart.id;
      }),
  };
}

async function writeLine(client: PrismaClient, cartId: string, productId: string, quantity: number): Promise<void> {
  const key = { cartId_productId: { cartId, productId } };
  if (quantity === 0) await client.cartItem.deleteMany({ where: { cartId, productId } });
  else await client.cartItem.upsert({ where: key, create: { cartId, productId, quantity }, update: { quantity } });
  await client.cart.update({ where: { id: cartId }, data: { updatedAt: new Date() } });
}

async function addTo(transaction: Prisma.TransactionClient, cartId: string, productId: string, quantity: number): Promise<void> {
  const key = { cartId_productId: { cartId, productId } };
  const before = (await transaction.cartItem.findUnique({ where: key }))?.quantity ?? 0;
  const sum = Math.min(before + quantity, MOST_OF_ONE);
  await transaction.cartItem.upsert({ where: key, create: { cartId, productId, quantity: sum }, update: { quantity: sum } });
}

async function readCart(client: PrismaClient, id: string): Promise<Cart | null> {
  const row = await client.cart.findUnique({ where: { id }, include: WITH_LINES });
  if (!row) return null;
  const lines = row.items.map((item) => ({ product: productOf(item.product), quantity: item.quantity }));
  const goods = sumOf(lines.map(({ product, quantity }) => ({ ...product, quantity })));
  return { id, lines, goods, currency: lines[0]?.product.currency ?? CURRENCY };
}
