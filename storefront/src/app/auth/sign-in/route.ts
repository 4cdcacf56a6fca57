import { redirect } from "next/navigation";
import { beginSignIn } from "@/server/oidc";
import { signInCookie } from "@/server/session";
import { pathWithin } from "@/server/to";

export async function GET(request: Request): Promise<never> {
  const { url, signIn } = await beginSignIn(pathWithin(new URL(request.url).searchParams.get("to")));
  await signInCookie.write(signIn);
  redirect(url.href);
}
