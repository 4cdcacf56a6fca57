import { createHash, randomBytes } from "node:crypto";
import { Prisma, type PrismaClient } from "../generated/prisma/client";
import { isProblem, ShopError } from "./errors";
import { refuseInvalid, sumOf, totals } from "./rules";
import type { Address, Order, OrderRequest, PaymentType, Person, ShippingTier, Shop } from "./types";

const WITH_ALL = { items: { orderBy: { productId: "asc" } }, address: true } as const satisfies Prisma.OrderInclude;
type Row = Prisma.OrderGetPayload<{ include: typeof WITH_ALL }>;
type Transaction = Prisma.TransactionClient;

export function prismaOrders(client: PrismaClient): Pick<Shop, "placeOrder" | "orders" | "order" | "refund"> {
  return {
    async placeOrder(person, request) {
      refuseInvalid(request);
      const made = await orderOfKey(client, person, request);
      if (made) return made;
      try {
        return await client.$transaction((transaction) => place(transaction, person, request), { timeout: 15_000 });
      } catch (error) {
        // The same key at the same time: the one that came first has made the order of the cart.
        const isSecond = isDuplicate(error) || isProblem(error, "cart_empty");
        const first = isSecond && (await orderOfKey(client, person, request));
        if (first) return first;
        throw error;
      }
    },

    async orders({ sub }) {
      const rows = await client.order.findMany({
        where: { user: { sub } }, include: WITH_ALL, orderBy: [{ placedAt: "desc" }, { id: "asc" }],
      });
      return rows.map(orderOf);
    },

    async order({ sub }, id) {
      const row = await client.order.findFirst({ where: { id, user: { sub } }, include: WITH_ALL });
      return row && orderOf(row);
    },

    refund: (person, id) => client.$transaction((transaction) => refund(transaction, person, id)),
  };
}

async function place(transaction: Transaction, person: Person, request: OrderRequest): Promise<Order> {
  const user = await transaction.user.findUniqueOrThrow({ where: { sub: person.sub } });
  const lines = await takeCart(transaction, user.id, request.cartId);
  const { goods, shipping, tax, value } = totals(sumOf(lines), request.shippingTier);
  if (value !== request.expectedValue)
    throw new ShopError("price_changed", `the order is ${value} now, not ${request.expectedValue}`, { value });
  const address = await addressOf(transaction, user.id, request.address);
  const row = await transaction.order.create({
    data: {
      id: newOrderId(),
      userId: user.id,
      addressId: address,
      idempotencyKey: request.idempotencyKey,
      requestHash: fingerprint(request),
      currency: lines[0]!.currency,
      goods, shipping, tax, value,
      shippingTier: request.shippingTier,
      paymentType: request.paymentType,
      items: { create: lines.map(({ currency: _, ...line }) => line) },
    },
    include: WITH_ALL,
  });
  await takeFromStock(transaction, lines);
  return orderOf(row);
}

/** The cart's lines at today's prices. The cart is locked, so that it makes one order, and emptied. */
async function takeCart(transaction: Transaction, userId: string, cartId: string) {
  await transaction.$queryRaw`select id from carts where id::text = ${cartId} for update`;
  const cart = await transaction.cart.findFirst({
    where: { id: { equals: cartId }, OR: [{ userId }, { userId: null }] },
    include: { items: { include: { product: { include: { brand: true } } }, orderBy: { productId: "asc" } } },
  });
  if (!cart?.items.length) throw new ShopError("cart_empty", "there is nothing in the cart");
  await transaction.cartItem.deleteMany({ where: { cartId } });
  return cart.items.map(({ product, quantity }) => ({
    productId: product.id,
    name: product.name,
    category: product.categoryId,
    brand: product.brand.name,
    price: product.price.toNumber(),
    discountPrice: product.discountPrice?.toNumber() ?? null,
    currency: product.currency,
    quantity,
  }));
}

/**
 * Lessens the stock by the lines, each only if there is enough: the row is locked and looked at in one
 * statement. Lines come in the order of their ids, so that two buyers never wait for each other.
 */
async function takeFromStock(transaction: Transaction, lines: readonly { productId: string; name: string; quantity: number }[]) {
  for (const { productId, name, quantity } of lines) {
    const { count } = await transaction.inventory.updateMany({
      where: { productId, onHand: { gte: quantity } },
      data: { onHand: { decrement: quantity }, updatedAt: new Date() },
    });
    if (count === 1) continue;
    const left = (await transaction.inventory.findUnique({ where: { productId } }))?.onHand ?? 0;
    throw new ShopError("out_of_stock", `${left} of ${name} are left, ${quantity} were asked for`, { productId, left });
  }
}

/** The id of the same address if the person has it already, else of a new one. */
async function addressOf(transaction: Transaction, userId: string, { recipient, phone, street, district, city }: Address): Promise<string> {
  const given = { userId, recipient, phone, street, district, city };
  const known = await transaction.address.findFirst({ where: given });
  return (known ?? (await transaction.address.create({ data: given }))).id;
}

async function refund(transaction: Transaction, { sub }: Person, id: string): Promise<Order> {
  const where = { id, user: { sub } };
  const row = await transaction.order.findFirst({ where, include: WITH_ALL });
  if (!row) throw new ShopError("not_found", `there is no order ${id}`);
  const { count } = await transaction.order.updateMany({
    where: { ...where, status: "placed" },
    data: { status: "refunded", refundedAt: new Date() },
  });
  if (!count) throw new ShopError("already_refunded", `order ${id} was refunded before`);
  for (const { productId, quantity } of row.items)
    await transaction.inventory.update({
      where: { productId },
      data: { onHand: { increment: quantity }, updatedAt: new Date() },
    });
  return orderOf((await transaction.order.findUniqueOrThrow({ where: { id }, include: WITH_ALL })));
}

async function orderOfKey(client: PrismaClient, { sub }: Person, request: OrderRequest): Promise<Order | null> {
  const row = await client.order.findFirst({
    where: { idempotencyKey: request.idempotencyKey, user: { sub } },
    include: WITH_ALL,
  });
  if (row && row.requestHash !== fingerprint(request))
    throw new ShopError("key_reused", "this idempotency key belongs to another request");
  return row && orderOf(row);
}

/** What makes two requests the same one; the shop API computes it alike. */
export function fingerprint({ cartId, address, shippingTier, paymentType, expectedValue }: OrderRequest): string {
  const { recipient, phone, street, district, city } = address;
  const parts = [cartId, recipient, phone, street, district, city, shippingTier, paymentType, String(expectedValue)];
  return createHash("sha256").update(parts.join("\u001f")).digest("hex");
}

const newOrderId = () => `SBW-${randomBytes(7).toString("hex").toUpperCase()}`;
const isDuplicate = (error: unknown) => error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002";

function orderOf(row: Row): Order {
  const { recipient, phone, street, district, city } = row.address;
  return {
    id: row.id,
    status: row.status as Order["status"],
    currency: row.currency,
    goods: row.goods.toNumber(),
    shipping: row.shipping.toNumber(),
    tax: row.tax.toNumber(),
    value: row.value.toNumber(),
    shippingTier: row.shippingTier as ShippingTier,
    paymentType: row.paymentType as PaymentType,
    placedAt: row.placedAt.toISOString(),
    refundedAt: row.refundedAt?.toISOString() ?? null,
    address: { recipient, phone, street, district, city },
    lines: row.items.map(({ orderId: _, price, discountPrice, ...line }) => ({
      ...line,
      price: price.toNumber(),
      discountPrice: discountPrice?.toNumber() ?? null,
    })),
  };
}
