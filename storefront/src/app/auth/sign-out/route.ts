import { forgetCart } from "@/server/cart";
import { siteUrl } from "@/server/environment";
import { signOutUrl } from "@/server/oidc";
import { checkoutCookie, sessionCookie } from "@/server/session";

export async function POST(request: Request): Promise<Response> {
  if (request.headers.get("origin") !== new URL(siteUrl()).origin) return new Response(null, { status: 403 });
  await sessionCookie().clear();
  await checkoutCookie.clear();
  await forgetCart();
  const url = await signOutUrl();
  return new Response(null, { status: 303, headers: { location: url?.href ?? "/" } });
}
