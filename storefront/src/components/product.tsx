import { asked, type Product } from "@/shop";
import { Art } from "./art";
import { money, saving, trackedItem, trackedProduct } from "./items";
import { ProductLink, TrackList } from "./tracking";

const MOST_TOLD = 24;

export function Price({ product }: { product: Pick<Product, "price" | "discountPrice" | "currency"> }) {
  const isLess = product.discountPrice !== null;
  return (
    <p className="price">
      <strong>{money(asked(product), product.currency)}</strong>
      {isLess && (
        <>
          <s>{money(product.price, product.currency)}</s> <span className="saving">−{saving(product)}%</span>
        </>
      )}
    </p>
  );
}

export function Stock({ onHand }: { onHand: number }) {
  if (onHand === 0) return <span className="stock none">Sold out</span>;
  return onHand <= 3 ? <span className="stock few">Only {onHand} left</span> : <span className="stock">In stock</span>;
}

export function ProductGrid({ products, list }: { products: Product[]; list: string }) {
  return (
    <>
      <TrackList items={products.slice(0, MOST_TOLD).map(trackedItem)} list={list} currency={products[0]?.currency ?? "VND"} />
      <ul className="grid">
        {products.map((product) => (
          <li key={product.id}>
            <ProductLink className="card" href={`/products/${product.slug}`} product={trackedProduct(product)} list={list} prefetch={false}>
              <Art product={product} />
              <span className="brand">{product.brand}</span>
              <h3>{product.name}</h3>
              <Price product={product} />
              <Stock onHand={product.onHand} />
            </ProductLink>
          </li>
        ))}
      </ul>
    </>
  );
}
