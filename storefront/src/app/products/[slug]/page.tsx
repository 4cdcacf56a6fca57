import { TrackProduct } from "@clickstream/tracker/next";
import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { cache } from "react";
import { Art } from "@/components/art";
import { AddToCart } from "@/components/buying";
import { trackedProduct } from "@/components/items";
import { Price, ProductGrid, Stock } from "@/components/product";
import { wishes } from "@/server/cart";
import { categories, shop } from "@/server/shop";

interface Props {
  params: Promise<{ slug: string }>;
}

const productOf = cache(async (slug: string) => (await (await shop()).product(slug)) ?? notFound());

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { name, description } = await productOf((await params).slug);
  return { title: name, description };
}

export default async function ProductPage({ params }: Props) {
  const product = await productOf((await params).slug);
  const [departments, similar, wished] = await Promise.all([
    categories(), (await shop()).products({ category: product.category, inStock: true, limit: 5 }), wishes(),
  ]);
  const department = departments.find(({ id }) => id === product.category)!;
  return (
    <>
      <TrackProduct product={trackedProduct(product)} />
      <nav className="crumbs" aria-label="Breadcrumb">
        <Link href="/">Home</Link> / <Link href={`/${department.slug}`}>{department.title}</Link> / <Link href={`/${department.slug}?brand=${encodeURIComponent(product.brand)}`}>{product.brand}</Link>
      </nav>
      <article className="product">
        <div className="stage"><Art product={product} /></div>
        <div className="facts">
          <span className="brand">{product.brand}</span>
          <h1>{product.name}</h1>
          <Price product={product} />
          <Stock onHand={product.onHand} />
          <p className="description">{product.description}</p>
          <AddToCart product={trackedProduct(product)} onHand={product.onHand} isWished={wished.includes(product.id)} />
          <dl className="specs">
            {product.specs.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
            <div><dt>Article</dt><dd>{product.id}</dd></div>
          </dl>
        </div>
      </article>
      <section>
        <h2>Others in {department.title.toLowerCase()}</h2>
        <ProductGrid products={similar.products.filter(({ id }) => id !== product.id).slice(0, 4)} list="similar" />
      </section>
    </>
  );
}
