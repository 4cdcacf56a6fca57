import { ClickstreamProvider } from "@clickstream/tracker/next";
import type { Metadata, Viewport } from "next";
import Link from "next/link";
import type { ReactNode } from "react";
import { SignOut, TrackSignIn } from "@/components/tracking";
import { cart } from "@/server/cart";
import { batchSize, collectorEndpoint, flushInterval, isCognito } from "@/server/environment";
import { session } from "@/server/session";
import { categories } from "@/server/shop";
import "./style.css";

export const metadata: Metadata = {
  title: { default: "SBW Computer – laptops, screens and all that belongs to them", template: "%s | SBW Computer" },
  description: "Laptops, monitors, keyboards, mice, headphones and accessories, delivered all over Vietnam.",
};
export const viewport: Viewport = { themeColor: [{ color: "#fbfaf7", media: "(prefers-color-scheme: light)" }, { color: "#141614", media: "(prefers-color-scheme: dark)" }] };

export default async function Layout({ children }: { children: ReactNode }) {
  const [person, held, departments] = await Promise.all([session(), cart(), categories()]);
  const pieces = held?.lines.reduce((sum, { quantity }) => sum + quantity, 0) ?? 0;
  const source = isCognito() ? "cognito" : "oidc";
  return (
    <html lang="en">
      <body>
        <ClickstreamProvider
          userId={person?.sub ?? null}
          identitySource={source}
          allowParams="brand,sort,stock"
          {...given("endpoint", collectorEndpoint())}
          {...given("batchSize", batchSize())}
          {...given("flushInterval", flushInterval())}
        >
          <TrackSignIn method={source} userId={person?.sub ?? null} />
          <a className="skip" href="#content">Skip to the content</a>
          <header className="top">
            <div className="bar">
              <Link className="logo" href="/"><b>SBW</b> Computer</Link>
              <form className="search" action="/search" role="search">
                <input type="search" name="q" placeholder="Search laptops, screens, mice …" aria-label="Search" maxLength={100} />
                <button aria-label="Search"><svg viewBox="0 0 24 24"><circle cx="10.5" cy="10.5" r="6.5" /><path d="M15.5 15.5 L21 21" /></svg></button>
              </form>
              <nav className="mine" aria-label="Account">
                {person ? (
                  <>
                    <Link href="/account/orders">Orders</Link>
                    <SignOut />
                  </>
                ) : (
                  <a href="/auth/sign-in">Sign in</a>
                )}
                <Link href="/wishlist">Wish list</Link>
                <Link className="cart-link" href="/cart" prefetch={false}>
                  Cart {pieces > 0 && <span className="count" aria-label={`${pieces} pieces`}>{pieces}</span>}
                </Link>
              </nav>
            </div>
            <nav className="departments" aria-label="Departments">
              {departments.map(({ slug, title }) => <Link key={slug} href={`/${slug}`}>{title}</Link>)}
            </nav>
          </header>
          <main id="content">{children}</main>
          <footer className="bottom">
            <div>
              <p><b>SBW Computer</b> is a demonstration shop. Nothing is charged and nothing is sent.</p>
              <p>Free standard delivery from 500.000 ₫ · Returns within 30 days · Prices contain 10 % VAT</p>
            </div>
          </footer>
        </ClickstreamProvider>
      </body>
    </html>
  );
}

const given = (name: string, value: string | undefined) => (value === undefined ? {} : { [name]: value });
