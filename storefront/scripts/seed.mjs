// Puts prisma/catalogue.json into the shop. Safe to repeat: products are brought up to date, and stock
// that is there already stays as it is.
import { readFileSync } from "node:fs";
import { connected, inTransaction } from "./database.mjs";

const { currency, categories, products } = JSON.parse(
  readFileSync(new URL("../prisma/catalogue.json", import.meta.url), "utf8"),
);

const CATEGORIES = `insert into categories (id, slug, title, blurb, position)
  select id, slug, title, blurb, row_number() over () from json_to_recordset($1)
    as given (id text, slug text, title text, blurb text)
  on conflict (id) do update set (slug, title, blurb, position)
    = (excluded.slug, excluded.title, excluded.blurb, excluded.position)`;
const BRANDS = `insert into brands (id, name)
  select distinct brand, brand from json_to_recordset($1) as given (brand text)
  on conflict (id) do nothing`;
const PRODUCTS = `insert into products (id, slug, name, description, specs, category_id, brand_id, price,
    discount_price, currency, popularity, search_text)
  select id, slug, name, description, specs, category, brand, price, "discountPrice", $2, popularity, "searchText"
    from json_to_recordset($1) as given (id text, slug text, name text, description text, specs jsonb,
      category text, brand text, price numeric, "discountPrice" numeric, popularity integer, "searchText" text)
  on conflict (id) do update set (slug, name, description, specs, category_id, brand_id, price,
    discount_price, currency, popularity, search_text)
    = (excluded.slug, excluded.name, excluded.description, excluded.specs, excluded.category_id,
       excluded.brand_id, excluded.price, excluded.discount_price, excluded.currency, excluded.popularity,
       excluded.search_text)`;
const STOCK = `insert into inventory (product_id, on_hand)
  select id, stock from json_to_recordset($1) as given (id text, stock integer)
  on conflict (product_id) do nothing`;

/** Lower case without accents; what is searched is made alike. */
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("đ", "d");

const titles = new Map(categories.map(({ id, title }) => [id, title]));
const searchable = products.map((product) => ({
  ...product,
  searchText: plain([product.name, product.brand, product.category, titles.get(product.category)].join(" ")),
}));

await connected((client) =>
  inTransaction(client, async () => {
    await client.query(CATEGORIES, [JSON.stringify(categories)]);
    await client.query(BRANDS, [JSON.stringify(products)]);
    await client.query(PRODUCTS, [JSON.stringify(searchable), currency]);
    await client.query(STOCK, [JSON.stringify(products)]);
  }),
);
console.log(`${products.length} products in ${categories.length} categories`);
