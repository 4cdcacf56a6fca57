import type { Metadata } from "next";
import Link from "next/link";

export const metadata: Metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <section className="empty">
      <h1>There is nothing here</h1>
      <p>The page has moved, or never was. The products are still where they were.</p>
      <Link className="primary" href="/">To the shop</Link>
    </section>
  );
}
