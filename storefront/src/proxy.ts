import { type NextRequest, NextResponse } from "next/server";
import { collectorEndpoint } from "@/server/environment";

/** A content security policy with a fresh nonce for each page; Next.js puts it into its scripts. */
export function proxy(request: NextRequest): NextResponse {
  const nonce = crypto.randomUUID().replaceAll("-", "");
  const endpoint = collectorEndpoint();
  const policy = [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    `connect-src 'self'${endpoint ? ` ${new URL(endpoint).origin}` : ""}`,
    "object-src 'none'",
    "base-uri 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
  const headers = new Headers(request.headers);
  headers.set("content-security-policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  return response;
}

export const config = {
  matcher: [{ source: "/((?!_next/static|health|icon.svg).*)", missing: [{ type: "header", key: "next-router-prefetch" }] }],
};
