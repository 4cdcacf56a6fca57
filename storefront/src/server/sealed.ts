import "server-only";
import { createHash } from "node:crypto";
import { EncryptJWT, jwtDecrypt, type JWTPayload } from "jose";
import { cookies } from "next/headers";
import { isSecure, sessionSecret } from "./environment";

const key = () => createHash("sha256").update(sessionSecret()).digest();

/** An encrypted cookie that scripts cannot read. `name` is bound into it, so that none can stand for another. */
export function sealedCookie<T extends object>(name: string, seconds: number) {
  return {
    async read(): Promise<T | null> {
      const value = (await cookies()).get(name)?.value;
      if (!value) return null;
      try {
        const { payload } = await jwtDecrypt(value, key(), { audience: name });
        return payload as unknown as T;
      } catch {
        return null; // expired, or sealed with another secret: as good as none
      }
    },

    async write(content: T): Promise<void> {
      const sealed = await new EncryptJWT({ ...content } as JWTPayload)
        .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
        .setAudience(name)
        .setExpirationTime(`${seconds}s`)
        .encrypt(key());
      (await cookies()).set(name, sealed, {
        httpOnly: true, sameSite: "lax", secure: isSecure(), path: "/", maxAge: seconds,
      });
    },

    async clear(): Promise<void> {
      (await cookies()).delete(name);
    },
  };
}
