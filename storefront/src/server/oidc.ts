import "server-only";
import * as client from "openid-client";
import { clientId, clientSecret, isCognito, issuer, resource, siteUrl } from "./environment";
import type { SignIn } from "./session";

export const SCOPE = "openid email profile";
const kept = globalThis as { issuerConfiguration?: Promise<client.Configuration> };

export const callbackUrl = () => `${siteUrl()}/auth/callback`;

/** What the issuer says of itself, asked once; again after a failure. */
export function configuration(): Promise<client.Configuration> {
  kept.issuerConfiguration ??= discover().catch((error: unknown) => {
    delete kept.issuerConfiguration;
    throw error;
  });
  return kept.issuerConfiguration;
}

function discover(): Promise<client.Configuration> {
  const url = new URL(issuer());
  const isLocal = url.protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  const secret = clientSecret();
  return client.discovery(url, clientId(), undefined, secret ? client.ClientSecretPost(secret) : client.None(), {
    ...(isLocal ? { execute: [client.allowInsecureRequests] } : {}),
  });
}

/** Where to send somebody who signs in, and what to remember until they come back. */
export async function beginSignIn(to: string): Promise<{ url: URL; signIn: SignIn }> {
  const signIn = {
    verifier: client.randomPKCECodeVerifier(),
    state: client.randomState(),
    nonce: client.randomNonce(),
    to,
  };
  const url = client.buildAuthorizationUrl(await configuration(), {
    redirect_uri: callbackUrl(),
    scope: SCOPE,
    state: signIn.state,
    nonce: signIn.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(signIn.verifier),
    code_challenge_method: "S256",
    ...asked(),
  });
  return { url, signIn };
}

export interface SignedIn {
  sub: string;
  email: string;
  name: string;
  token: string;
  seconds: number;
}

/** Who came back with a code. Throws where state, nonce, verifier or a signature do not fit. */
export async function finishSignIn(search: string, signIn: SignIn): Promise<SignedIn> {
  const tokens = await client.authorizationCodeGrant(
    await configuration(),
    new URL(`${callbackUrl()}${search}`),
    { pkceCodeVerifier: signIn.verifier, expectedState: signIn.state, expectedNonce: signIn.nonce, idTokenExpected: true },
    asked(),
  );
  const claims = tokens.claims()!;
  const email = String(claims["email"] ?? "");
  const name = String(claims["name"] ?? claims["given_name"] ?? email.split("@")[0] ?? "");
  return { sub: claims.sub, email, name, token: tokens.access_token, seconds: tokens.expiresIn() ?? 3600 };
}

const asked = (): Record<string, string> => (resource() ? { resource: resource()! } : {});

/** Where to send somebody who signs out, so that the issuer forgets them too. */
export async function signOutUrl(): Promise<URL | null> {
  return isCognito() ? cognitoSignOut() : standardSignOut();
}

/** Cognito has a way of its own: https://docs.aws.amazon.com/cognito/latest/developerguide/logout-endpoint.html */
async function cognitoSignOut(): Promise<URL> {
  const url = new URL("/logout", (await configuration()).serverMetadata().authorization_endpoint);
  url.search = new URLSearchParams({ client_id: clientId(), logout_uri: `${siteUrl()}/` }).toString();
  return url;
}

/** OpenID Connect RP-Initiated Logout 1.0, where the issuer has it. */
async function standardSignOut(): Promise<URL | null> {
  const found = await configuration();
  if (!found.serverMetadata().end_session_endpoint) return null;
  return client.buildEndSessionUrl(found, { post_logout_redirect_uri: `${siteUrl()}/` });
}
