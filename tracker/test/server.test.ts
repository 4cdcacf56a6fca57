import assert from "node:assert/strict";
import { test } from "node:test";
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import * as extras from "../src/extras/index.js";
import * as tracker from "../src/index.js";
import { ClickstreamProvider, Identify, TrackProduct } from "../src/react.js";
import { state } from "../src/state.js";

test("on a server every call does nothing", () => {
  const calls = tracker as unknown as Record<string, (...args: unknown[]) => void>;
  for (const name of Object.keys(calls).filter((name) => name !== "environment"))
    calls[name]!({ endpoint: "https://collector.example/clickstream" });
  for (const start of Object.values(extras)) start();
  assert.deepEqual(state, {});
});

test("the provider renders its children and nothing else", () => {
  const children = [
    createElement(Identify, { key: 1, userId: "u-1" }),
    createElement(TrackProduct, { key: 2, product: { id: "sku-1" } }),
    createElement("p", { key: 3 }, "Laptop"),
  ];
  const html = renderToString(createElement(ClickstreamProvider, { endpoint: "/clickstream", children }));
  assert.equal(html, "<p>Laptop</p>");
});

test("the environment fills in what Next.js was told", () => {
  process.env.NEXT_PUBLIC_CLICKSTREAM_ENDPOINT = "/e";
  process.env.NEXT_PUBLIC_CLICKSTREAM_BATCH_SIZE = "1";
  assert.deepEqual(tracker.environment(), { endpoint: "/e", batchSize: "1", flushInterval: undefined });
});

test("every call of the vocabulary can be imported by its name", () => {
  for (const name of ["viewItemList", "selectItem", "viewItem", "addToWishlist", "addToCart", "removeFromCart", "viewCart", "beginCheckout", "addShippingInfo", "addPaymentInfo", "purchase", "refund", "search", "login", "logout", "signUp", "share"])
    assert.equal(typeof (tracker as unknown as Record<string, unknown>)[name], "function", name);
});
