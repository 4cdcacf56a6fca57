// An OIDC issuer for this machine: oidc-provider with sign-in by name alone. It stands in for Cognito in
// development and tests, and must never be reached from anywhere else. ISSUER_PORT and SITE_URL say
// where it and the shop are; people are kept for as long as it runs, tokens are signed by a fresh key.
import { createHash, generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { Provider } from "oidc-provider";
import { page } from "./page.mjs";

const port = Number(process.env.ISSUER_PORT ?? 3001);
const site = process.env.SITE_URL ?? "http://localhost:3000";
const clientId = process.env.OIDC_CLIENT_ID ?? "storefront";
const resource = process.env.OIDC_RESOURCE ?? "https://shop-api.local";
const issuer = `http://localhost:${port}`;
const HOURS_8 = 8 * 3600;

const people = new Map();
/** The same address is the same person, also after a restart. */
function personOf(email, name) {
  const sub = createHash("sha256").update(email.toLowerCase()).digest("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");
  people.set(sub, { sub, email, email_verified: true, name: name || email.split("@")[0] });
  return sub;
}

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const jwk = { ...privateKey.export({ format: "jwk" }), kid: "local", use: "sig", alg: "RS256" };

const provider = new Provider(issuer, {
  clients: [{
    client_id: clientId,
    token_endpoint_auth_method: "none",
    redirect_uris: [`${site}/auth/callback`],
    post_logout_redirect_uris: [`${site}/`],
    grant_types: ["authorization_code"],
    response_types: ["code"],
  }],
  jwks: { keys: [jwk] },
  cookies: { keys: [createHash("sha256").update(String(jwk.d)).digest("hex")] },
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  conformIdTokenClaims: false,
  findAccount: (_context, sub) => people.has(sub) && { accountId: sub, claims: () => people.get(sub) },
  ttl: { AccessToken: HOURS_8, IdToken: 3600, Session: HOURS_8, Interaction: 3600, Grant: HOURS_8 },
  interactions: { url: (_context, interaction) => `/sign-in/${interaction.uid}` },
  features: {
    devInteractions: { enabled: false },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (context, form) => {
        context.body = page("Signing out", `${form}<script>document.forms[0].insertAdjacentHTML("beforeend", '<input type=hidden name=logout value=yes>'); document.forms[0].submit()</script>`);
      },
    },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => ({ scope: "openid email profile", audience: resource, accessTokenFormat: "jwt", accessTokenTTL: HOURS_8 }),
      useGrantedResource: () => true,
    },
  },
});

/** Grants what the shop asks for, without another question. */
async function grantFor(details, accountId) {
  const grant = new provider.Grant({ accountId, clientId: details.params.client_id });
  grant.addOIDCScope("openid email profile");
  grant.addResourceScope(resource, "openid email profile");
  return grant.save();
}

async function bodyOf(request) {
  let text = "";
  for await (const chunk of request) {
    text += chunk;
    if (text.length > 10_000) throw new Error("too long");
  }
  return new URLSearchParams(text);
}

async function interact(request, response) {
  const details = await provider.interactionDetails(request, response);
  if (details.prompt.name === "consent") {
    const grantId = await grantFor(details, details.session.accountId);
    return provider.interactionFinished(request, response, { consent: { grantId } }, { mergeWithLastSubmission: true });
  }
  if (request.method !== "POST") {
    response.setHeader("content-type", "text/html; charset=utf-8");
    return response.end(page("Sign in", FORM));
  }
  const form = await bodyOf(request);
  const email = (form.get("email") ?? "").trim().slice(0, 200);
  if (!/^[^@\s]+@[^@\s]+$/.test(email)) return response.writeHead(303, { location: request.url }).end();
  const accountId = personOf(email, (form.get("name") ?? "").trim().slice(0, 100));
  const grantId = await grantFor(details, accountId);
  return provider.interactionFinished(request, response, { login: { accountId }, consent: { grantId } });
}

const FORM = `<p>This issuer is for this machine alone: it takes everybody at their word, and asks for no password.</p>
<form method="post"><label>E-mail<input name="email" type="email" required autofocus autocomplete="off"></label>
<label>Name<input name="name" maxlength="100" autocomplete="off"></label><button>Sign in</button></form>`;

const answer = provider.callback();
const server = createServer((request, response) => {
  if (!request.url.startsWith("/sign-in/")) return answer(request, response);
  interact(request, response).catch((error) => {
    console.error("sign-in failed:", error.message);
    response.writeHead(400, { "content-type": "text/html; charset=utf-8" }).end(page("Start again", `<p>This sign-in is over. <a href="${site}">Back to the shop</a></p>`));
  });
});
server.listen(port, "127.0.0.1", () => console.log(`issuer at ${issuer}`));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => server.close(() => process.exit(0)) && server.closeAllConnections());
