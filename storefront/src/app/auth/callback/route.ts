import { redirect } from "next/navigation";
import { cartId, keepCart } from "@/server/cart";
import { usesApi } from "@/server/environment";
import { flash } from "@/server/flash";
import { finishSignIn, type SignedIn } from "@/server/oidc";
import { SESSION_SECONDS, sessionCookie, signInCookie } from "@/server/session";
import { shop } from "@/server/shop";

export async function GET(request: Request): Promise<never> {
  const signIn = await signInCookie.read();
  if (!signIn) redirect("/sign-in-failed");
  await signInCookie.clear();
  let signedIn: SignedIn;
  try {
    signedIn = await finishSignIn(new URL(request.url).search, signIn);
  } catch (error) {
    console.error("sign-in was refused:", error instanceof Error ? error.message : error);
    redirect("/sign-in-failed");
  }
  const { sub, email, name, token, seconds } = signedIn;
  const isNew = await (await shop()).welcome({ sub, token }, { email, name });
  await keepCart(await (await shop()).claimCart({ sub, token }, await cartId()));
  // With the API, the session cannot outlive the token that it is asked with.
  const kept = usesApi() ? { sub, email, name, token } : { sub, email, name, token: "" };
  await sessionCookie(usesApi() ? Math.min(seconds, SESSION_SECONDS) : SESSION_SECONDS).write(kept);
  await flash(isNew ? "sign_up" : "login");
  redirect(signIn.to);
}
