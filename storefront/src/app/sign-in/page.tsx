import type { Metadata } from "next";
import { pathWithin } from "@/server/to";

export const metadata: Metadata = { title: "Sign in", robots: { index: false } };

export default async function SignIn({ searchParams }: { searchParams: Promise<{ to?: string }> }) {
  const { to } = await searchParams;
  return (
    <section className="empty">
      <h1>Almost there</h1>
      <p>Sign in or create an account, so that you can follow your order. Your cart comes with you.</p>
      <a id="sign-in" className="primary" href={`/auth/sign-in?to=${encodeURIComponent(pathWithin(to))}`}>Sign in or register</a>
    </section>
  );
}
