// Puts what the server serves as files beside the server, as Next.js leaves to its users.
import { cpSync, existsSync } from "node:fs";

for (const [from, to] of [[".next/static", ".next/standalone/.next/static"], ["public", ".next/standalone/public"]])
  if (existsSync(from)) cpSync(from, to, { recursive: true });
