import type { Metadata } from "next";

export const metadata: Metadata = { title: "Sign-in failed", robots: { index: false } };

export default function SignInFailed() {
  return (
    <section className="empty">
      <h1>That did not work</h1>
      <p>The sign-in was interrupted, or took too long. Your cart is still here.</p>
      <a className="primary" href="/auth/sign-in">Try again</a>
    </section>
  );
}
