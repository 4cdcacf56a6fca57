"use client";

export default function Failed({ reset }: { reset: () => void }) {
  return (
    <section className="empty">
      <h1>Something went wrong</h1>
      <p>That was our fault. Your cart is safe.</p>
      <button className="primary" onClick={reset}>Try again</button>
    </section>
  );
}
