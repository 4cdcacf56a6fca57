import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { Filters, filterOf } from "@/components/filters";
import { ProductGrid } from "@/components/product";
import { categories, shop } from "@/server/shop";

interface Props {
  params: Promise<{ department: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

async function departmentOf({ params }: Props) {
  const { department } = await params;
  return (await categories()).find(({ slug }) => slug === department) ?? notFound();
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  const { title, blurb } = await departmentOf(props);
  return { title, description: blurb };
}

export default async function Department(props: Props) {
  const department = await departmentOf(props);
  const filter = filterOf(await props.searchParams);
  const { products, total, brands } = await (await shop()).products({ category: department.id, ...filter });
  return (
    <section>
      <header className="page-head">
        <h1>{department.title}</h1>
        <p>{department.blurb} <span className="muted">{total} products</span></p>
      </header>
      <Filters path={`/${department.slug}`} given={{}} filter={filter} brands={brands} />
      {products.length ? <ProductGrid products={products} list={department.slug} /> : <p className="empty">Nothing fits all of that.</p>}
    </section>
  );
}
