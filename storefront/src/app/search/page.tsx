import type { Metadata } from "next";
import Link from "next/link";
import { Filters, filterOf } from "@/components/filters";
import { ProductGrid } from "@/components/product";
import { TrackSearch } from "@/components/tracking";
import { categories, shop } from "@/server/shop";

interface Props {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

async function termOf({ searchParams }: Props): Promise<string> {
  const { q } = await searchParams;
  return typeof q === "string" ? q.trim().slice(0, 100) : "";
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  const term = await termOf(props);
  return { title: term ? `Search: ${term}` : "Search", robots: { index: false } };
}

export default async function Search(props: Props) {
  const term = await termOf(props);
  const filter = filterOf(await props.searchParams);
  const { products, total, brands } = await (await shop()).products({ search: term, ...filter });
  return (
    <section>
      {term && <TrackSearch term={term} results={total} />}
      <header className="page-head">
        <h1>{term ? <>Results for “{term}”</> : "All products"}</h1>
        <p className="muted">{total} products</p>
      </header>
      {products.length ? (
        <>
          <Filters path="/search" given={{ q: term }} filter={filter} brands={brands} />
          <ProductGrid products={products} list="search" />
        </>
      ) : (
        <div className="empty">
          <p>Nothing was found for that. Fewer words find more; or look around here:</p>
          <p className="chips">{(await categories()).map(({ slug, title }) => <Link key={slug} href={`/${slug}`}>{title}</Link>)}</p>
        </div>
      )}
    </section>
  );
}
