// Read while running, not while building: Next.js writes `process.env.NEXT_PUBLIC_…` into the code, and
// one build is to serve any collector.
const environment = process.env;

const optional = (name: string): string | undefined => environment[name] || undefined;

export function needed(name: string, meaning: string): string {
  const value = optional(name);
  if (!value) throw new Error(`${name} is unset: set it to ${meaning}`);
  return value;
}

export const collectorEndpoint = () => optional("NEXT_PUBLIC_CLICKSTREAM_ENDPOINT");
export const batchSize = () => optional("NEXT_PUBLIC_CLICKSTREAM_BATCH_SIZE");
export const flushInterval = () => optional("NEXT_PUBLIC_CLICKSTREAM_FLUSH_INTERVAL_MS");

/** Where people reach the shop; sign-in comes back to it. */
export const siteUrl = () => optional("SITE_URL") ?? `http://localhost:${optional("PORT") ?? 3000}`;
export const isSecure = () => siteUrl().startsWith("https:");

export const issuer = () => needed("OIDC_ISSUER", "the URL of the OIDC issuer, such as a Cognito user pool's");
export const clientId = () => needed("OIDC_CLIENT_ID", "the shop's client id at the issuer");
export const clientSecret = () => optional("OIDC_CLIENT_SECRET");
/** The shop API as the issuer knows it (RFC 8707), where it needs telling; Cognito does not. */
export const resource = () => optional("OIDC_RESOURCE");
export const isCognito = () => /^https:\/\/cognito-idp\.[a-z0-9-]+\.amazonaws\.com\//.test(issuer());

export function sessionSecret(): string {
  const secret = needed("SESSION_SECRET", "32 random characters or more, for instance of `openssl rand -hex 32`");
  if (secret.length < 32) throw new Error("SESSION_SECRET is too short: 32 random characters or more are expected");
  return secret;
}

export const usesApi = () => Boolean(optional("SHOP_API_URL"));
