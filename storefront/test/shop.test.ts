// What the pages may expect of the shop's data, whichever implementation answers: run once with
// DATABASE_URL alone and once with SHOP_API_URL. PEOPLE holds signed-in people; stock is as seeded.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { before, test } from "node:test";
import { isProblem, openShop, type Cart, type OrderRequest, type Person, type Problem, type Shop } from "../src/shop/index";

const people: Person[] = JSON.parse(process.env["PEOPLE"]!);
const [ANNA, BINH, CHI] = people as [Person, Person, Person];
const MOUSE = "SBW-MOU-1073"; // Logitech G304 Lightspeed: 890,000, for 749,000
const CABLE = "SBW-ACC-1111"; // UGREEN HDMI 2.1 Cable: 290,000
const SCARCE = "SBW-ACC-1120"; // Elgato Stream Deck: two in stock
const address = { recipient: "Nguyễn An", phone: "0900 000 000", street: "1 Lê Lợi", district: "Quận 1", city: "Hồ Chí Minh" };

let shop: Shop;
before(async () => {
  shop = await openShop(process.env);
  for (const [index, person] of people.entries())
    await shop.welcome(person, { email: `p${index}@example.com`, name: `Person ${index}` });
});

const refused = (problem: Problem) => (error: unknown) => isProblem(error, problem);
const stockOf = async (id: string) => (await shop.product(id))!.onHand;

async function cartWith(productId: string, quantity: number): Promise<Cart> {
  return shop.setLine(null, productId, quantity);
}

function request(cart: Cart, changed: Partial<OrderRequest> = {}): OrderRequest {
  const shipping = cart.goods >= 500_000 ? 0 : 30_000;
  return {
    cartId: cart.id, address, shippingTier: "standard", paymentType: "cod",
    expectedValue: cart.goods + shipping, idempotencyKey: randomUUID(), ...changed,
  };
}

test("the catalogue has six departments and 120 products, the most popular first", async () => {
  assert.deepEqual((await shop.categories()).map(({ slug }) => slug), ["laptops", "monitors", "keyboards", "mice", "headphones", "accessories"]);
  const all = await shop.products({ limit: 3 });
  assert.equal(all.total, 120);
  assert.equal(all.products.length, 3);
  assert.equal(all.products[0]!.name, "MacBook Air 13 M4 16GB 256GB");
});

test("a department can be narrowed to a brand, and sorted by what is asked", async () => {
  const mice = await shop.products({ category: "Mouse", brand: "Logitech", sort: "cheapest" });
  assert.deepEqual(mice.products.slice(0, 2).map(({ price, discountPrice }) => [price, discountPrice]), [[350_000, null], [450_000, 389_000]]);
  assert.ok(mice.products.every(({ category, brand }) => category === "Mouse" && brand === "Logitech"));
  assert.ok(mice.brands.includes("Razer"));
  assert.equal((await shop.products({ category: "Monitor", inStock: true })).total, 17);
});

test("a search wants every word, and minds neither case, accents nor signs", async () => {
  const found = async (search: string) => (await shop.products({ search })).products.map(({ id }) => id);
  assert.deepEqual(await found("lógitech G304"), [MOUSE]);
  assert.deepEqual(await found("g304 %"), [MOUSE]);
  assert.deepEqual(await found("g304 keyboard"), []);
  assert.equal((await shop.products({ search: "headphones sony" })).total, 3);
});

test("a product is found by id and by slug, with all that is known of it", async () => {
  const bySlug = await shop.product("logitech-g304-lightspeed");
  assert.deepEqual(bySlug, await shop.product(MOUSE));
  assert.deepEqual([bySlug!.price, bySlug!.discountPrice, bySlug!.currency], [890_000, 749_000, "VND"]);
  assert.ok(bySlug!.description.length > 40 && bySlug!.specs.length >= 4);
  assert.equal(await shop.product("no-such-thing"), null);
});

test("a cart adds up at the shop's own prices, and a line of none is gone", async () => {
  const { id } = await cartWith(MOUSE, 2);
  const cart = await shop.setLine(id, CABLE, 1);
  assert.equal(cart.goods, 2 * 749_000 + 290_000);
  assert.deepEqual(cart.lines.map(({ product, quantity }) => [product.id, quantity]), [[MOUSE, 2], [CABLE, 1]]);
  assert.deepEqual((await shop.setLine(id, MOUSE, 0)).lines.map(({ product }) => product.id), [CABLE]);
  assert.equal((await shop.cart(id))!.goods, 290_000);
});

test("a cart takes neither strange quantities nor strange products", async () => {
  const { id } = await cartWith(CABLE, 1);
  for (const quantity of [-1, 21, 1.5])
    await assert.rejects(shop.setLine(id, CABLE, quantity), refused("invalid"));
  await assert.rejects(shop.setLine(id, "SBW-NONE", 1), refused("not_found"));
  assert.equal(await shop.cart("not-an-id"), null);
  assert.equal(await shop.cart(randomUUID()), null);
});

test("an unknown cart is followed by a new one", async () => {
  const cart = await shop.setLine(randomUUID(), CABLE, 1);
  assert.equal(cart.goods, 290_000);
});

test("somebody is new once", async () => {
  assert.equal(await shop.welcome(ANNA, { email: "anna@example.com", name: "Anna" }), false);
});

test("a guest's cart becomes the person's, and later ones are added to it", async () => {
  const first = await cartWith(MOUSE, 1);
  assert.equal(await shop.claimCart(CHI, first.id), first.id);
  const second = await shop.setLine((await cartWith(MOUSE, 2)).id, CABLE, 1);
  assert.equal(await shop.claimCart(CHI, second.id), first.id);
  const lines = (await shop.cart(first.id))!.lines;
  assert.deepEqual(lines.map(({ product, quantity }) => [product.id, quantity]), [[MOUSE, 3], [CABLE, 1]]);
  assert.equal(await shop.cart(second.id), null);
  assert.equal(await shop.claimCart(CHI, null), first.id);
  assert.equal(await shop.claimCart(BINH, first.id), null);
});

test("an order takes its lines from stock, empties the cart and can be read by its buyer alone", async () => {
  const before = await stockOf(CABLE);
  const cart = await cartWith(CABLE, 1);
  const order = await shop.placeOrder(ANNA, request(cart, { shippingTier: "fast", expectedValue: 350_000 }));
  assert.match(order.id, /^SBW-[0-9A-F]{14}$/);
  assert.deepEqual([order.goods, order.shipping, order.value, order.tax, order.currency], [290_000, 60_000, 350_000, 31_818, "VND"]);
  assert.deepEqual(order.address, address);
  assert.equal(await stockOf(CABLE), before - 1);
  assert.deepEqual((await shop.cart(cart.id))!.lines, []);
  assert.deepEqual(await shop.order(ANNA, order.id), order);
  assert.deepEqual((await shop.orders(ANNA))[0], order);
  assert.equal(await shop.order(BINH, order.id), null);
  assert.deepEqual(await shop.lastAddress(ANNA), address);
});

test("delivery is free from half a million on", async () => {
  const order = await shop.placeOrder(ANNA, request(await cartWith(MOUSE, 1)));
  assert.deepEqual([order.shipping, order.value], [0, 749_000]);
});

test("one key makes one order, also at the same time, and belongs to one request", async () => {
  const before = await stockOf(MOUSE);
  const asked = request(await cartWith(MOUSE, 1));
  const [one, other] = await Promise.all([shop.placeOrder(BINH, asked), shop.placeOrder(BINH, asked)]);
  assert.deepEqual(one, other);
  assert.deepEqual(await shop.placeOrder(BINH, asked), one);
  assert.equal(await stockOf(MOUSE), before - 1);
  await assert.rejects(shop.placeOrder(BINH, { ...asked, paymentType: "demo_card" }), refused("key_reused"));
});

test("a price that the buyer was not shown makes no order", async () => {
  const cart = await cartWith(MOUSE, 1);
  await assert.rejects(shop.placeOrder(ANNA, request(cart, { expectedValue: 1 })), refused("price_changed"));
  assert.equal((await shop.cart(cart.id))!.lines.length, 1);
});

test("nothing is ordered from an empty cart, from another's, or to nowhere", async () => {
  const cart = await cartWith(MOUSE, 1);
  const emptied = await shop.setLine((await cartWith(CABLE, 1)).id, CABLE, 0);
  await assert.rejects(shop.placeOrder(ANNA, request(emptied)), refused("cart_empty"));
  const nowhere = { ...address, city: " " };
  await assert.rejects(shop.placeOrder(ANNA, request(cart, { address: nowhere })), refused("invalid"));
  const claimed = (await shop.claimCart(CHI, null))!;
  await assert.rejects(shop.placeOrder(ANNA, { ...request(cart), cartId: claimed }), refused("cart_empty"));
});

test("of many who want the last two pieces, two get one, and the others keep their carts", async () => {
  assert.equal(await stockOf(SCARCE), 2);
  const carts = await Promise.all(Array.from({ length: 8 }, () => cartWith(SCARCE, 1)));
  const outcomes = await Promise.allSettled(
    carts.map((cart, index) => shop.placeOrder(people[index % people.length]!, request(cart))),
  );
  const won = outcomes.filter(({ status }) => status === "fulfilled");
  assert.equal(won.length, 2);
  for (const outcome of outcomes)
    if (outcome.status === "rejected") assert.ok(isProblem(outcome.reason, "out_of_stock"), String(outcome.reason));
  assert.equal(await stockOf(SCARCE), 0);
  const kept = await Promise.all(carts.map(({ id }) => shop.cart(id)));
  assert.equal(kept.filter((cart) => cart!.lines.length === 1).length, 6);
});

test("carts with the same things in another order do not block each other", async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 6 }, async (_, index) => {
      const [first, second] = index % 2 ? [MOUSE, CABLE] : [CABLE, MOUSE];
      const cart = await shop.setLine((await cartWith(first, 1)).id, second, 1);
      return shop.placeOrder(people[index % people.length]!, request(cart));
    }),
  );
  assert.equal(new Set(outcomes.map(({ id }) => id)).size, 6);
});

test("a refund gives the goods back, once, and to the buyer alone", async () => {
  const before = await stockOf(MOUSE);
  const order = await shop.placeOrder(ANNA, request(await cartWith(MOUSE, 2)));
  await assert.rejects(shop.refund(BINH, order.id), refused("not_found"));
  const refunded = await shop.refund(ANNA, order.id);
  assert.equal(refunded.status, "refunded");
  assert.ok(refunded.refundedAt);
  assert.equal(await stockOf(MOUSE), before);
  await assert.rejects(shop.refund(ANNA, order.id), refused("already_refunded"));
});
