import Link from "next/link";
import type { Sort } from "@/shop";

const SORTS: Record<Sort, string> = { popular: "Most popular", cheapest: "Lowest price", dearest: "Highest price", name: "Name" };
type Given = Record<string, string | string[] | undefined>;

export interface Filter {
  brand?: string | undefined;
  sort: Sort;
  inStock: boolean;
}

export function filterOf(given: Given): Filter {
  const text = (name: string) => (typeof given[name] === "string" ? given[name] : undefined);
  const sort = text("sort") ?? "popular";
  return { brand: text("brand"), sort: Object.hasOwn(SORTS, sort) ? (sort as Sort) : "popular", inStock: text("stock") === "1" };
}

/** The choices that narrow a list, as links, so that each state has an address. */
export function Filters({ path, given, filter, brands }: { path: string; given: Record<string, string>; filter: Filter; brands: string[] }) {
  const to = (changed: Given) => {
    const all = { ...given, brand: filter.brand, sort: filter.sort === "popular" ? undefined : filter.sort, stock: filter.inStock ? "1" : undefined, ...changed };
    const query = new URLSearchParams(Object.entries(all).filter((entry): entry is [string, string] => Boolean(entry[1]))).toString();
    return query ? `${path}?${query}` : path;
  };
  return (
    <div className="filters">
      <nav aria-label="Brands" className="chips">
        <Link prefetch={false} aria-current={!filter.brand} href={to({ brand: undefined })}>All brands</Link>
        {brands.map((brand) => (
          <Link key={brand} prefetch={false} aria-current={filter.brand === brand} href={to({ brand: filter.brand === brand ? undefined : brand })}>{brand}</Link>
        ))}
      </nav>
      <nav aria-label="Order" className="sorts">
        {Object.entries(SORTS).map(([sort, label]) => (
          <Link key={sort} prefetch={false} aria-current={filter.sort === sort} href={to({ sort: sort === "popular" ? undefined : sort })}>{label}</Link>
        ))}
        <Link prefetch={false} aria-current={filter.inStock} href={to({ stock: filter.inStock ? undefined : "1" })}>In stock only</Link>
      </nav>
    </div>
  );
}
