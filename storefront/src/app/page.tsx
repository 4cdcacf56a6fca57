import Link from "next/link";
import { Art } from "@/components/art";
import { money, trackedProduct } from "@/components/items";
import { ProductGrid } from "@/components/product";
import { ProductLink } from "@/components/tracking";
import { categories, shop } from "@/server/shop";
import { asked } from "@/shop";

const HEROES = ["macbook-air-13-m4-16gb-256gb", "sony-wh-1000xm5"] as const;

export default async function Home() {
  const opened = await shop();
  const [departments, { products }, ...heroes] = await Promise.all([
    categories(), opened.products({ inStock: true, limit: 100 }), ...HEROES.map((slug) => opened.product(slug)),
  ]);
  const deals = products
    .filter(({ discountPrice }) => discountPrice !== null)
    .sort((one, other) => asked(one) / one.price - asked(other) / other.price)
    .slice(0, 4);
  const popular = products.filter(({ id }) => !deals.some((deal) => deal.id === id)).slice(0, 8);
  const examples = departments.map(({ id }) => products.find(({ category }) => category === id));
  return (
    <>
      <section className="hero">
        <div className="hero-words">
          <h1>Good tools, fairly priced.</h1>
          <p>Laptops and everything around them, chosen by people who use them, at your door in two days.</p>
          <div><Link className="primary" href="/laptops">Find a laptop</Link> <Link className="secondary" href="/monitors">See the monitors</Link></div>
        </div>
        {heroes.map((hero) => hero && (
          <ProductLink key={hero.id} className="hero-card" href={`/products/${hero.slug}`} product={trackedProduct(hero)} list="hero">
            <Art product={hero} />
            <span><b>{hero.name}</b> from {money(asked(hero), hero.currency)}</span>
          </ProductLink>
        ))}
      </section>
      <section>
        <h2>Departments</h2>
        <ul className="tiles">
          {departments.map(({ slug, title, blurb }, index) => (
            <li key={slug}>
              <Link href={`/${slug}`} className="tile">
                {examples[index] && <Art product={examples[index]} />}
                <span><b>{title}</b>{blurb}</span>
              </Link>
            </li>
          ))}
        </ul>
      </section>
      <section>
        <h2>Deals of the week</h2>
        <ProductGrid products={deals} list="deals" />
      </section>
      <section>
        <h2>What others buy</h2>
        <ProductGrid products={popular} list="popular" />
      </section>
    </>
  );
}
