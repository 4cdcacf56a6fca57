import type { Metadata } from "next";
import { ProductGrid } from "@/components/product";
import { wishes } from "@/server/cart";
import { shop } from "@/server/shop";

export const metadata: Metadata = { title: "Wish list", robots: { index: false } };

export default async function WishList() {
  const opened = await shop();
  const found = await Promise.all((await wishes()).map((id) => opened.product(id)));
  const products = found.filter((product) => product !== null).reverse();
  return (
    <section>
      <header className="page-head"><h1>Wish list</h1></header>
      {products.length ? <ProductGrid products={products} list="wishlist" /> : <p className="empty">Nothing is on it yet: the heart beside a product puts it here.</p>}
    </section>
  );
}
