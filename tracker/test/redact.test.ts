import assert from "node:assert/strict";
import { test } from "node:test";
import { clean, cleanUrl, short } from "../src/redact.js";
import { state } from "../src/state.js";

const urls: Array<[name: string, address: string, expected: string | undefined]> = [
  ["nothing", "", undefined],
  ["a plain address", "https://shop.example/a", "https://shop.example/a"],
  ["a fragment", "https://shop.example/a#access_token=x", "https://shop.example/a"],
  ["credentials", "https://ann:pw@shop.example/a", "https://shop.example/a"],
  ["an unlisted parameter", "https://shop.example/a?token=x", "https://shop.example/a"],
  ["a listed one", "https://shop.example/?x=1&page=2", "https://shop.example/?page=2"],
  ["a mail address in a path", "https://shop.example/u/ann%40mail.example/x", "https://shop.example/u/redacted/x"],
  ["a mail address in a campaign", "https://shop.example/?utm_term=ann@mail.example", "https://shop.example/?utm_term=redacted"],
  ["an app as the referrer", "android-app://com.google.android.gm/", "android-app://com.google.android.gm/"],
];
for (const [name, address, expected] of urls)
  test(`an address with ${name}`, () => {
    state.allowParams = ["page"];
    assert.equal(cleanUrl(address), expected);
  });

const campaign =
  "utm_source utm_medium utm_campaign utm_term utm_content utm_id gclid gbraid wbraid msclkid yclid " +
  "dclid ttclid fbclid igshid igsh twclid li_fat_id";
for (const name of campaign.split(" "))
  test(`the campaign's parameter ${name} is kept`, () => {
    const address = `https://shop.example/?${name}=1`;
    assert.equal(cleanUrl(address), address);
  });

for (const name of ["clid", "password", "xutm_source", "key", "email", "session_id"])
  test(`the parameter ${name} is not`, () => {
    assert.equal(cleanUrl(`https://shop.example/?${name}=1`), "https://shop.example/");
  });

test("a price stays, a phone number and a card do not", () => {
  assert.equal(short("  25.990.000 đ\n mua"), "25.990.000 đ mua");
  assert.doesNotMatch(short("call 0901 234 567 or 4111-1111-1111-1111"), /\d/);
});

test("a long text costs little", () => {
  const started = performance.now();
  clean("a.".repeat(20_000));
  short("1".repeat(20_000) + "x");
  assert.ok(performance.now() - started < 500);
});
