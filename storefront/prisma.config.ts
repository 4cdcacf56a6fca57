import { defineConfig } from "prisma/config";

// Only Prisma's own migration commands need the address; everything else makes do without one.
const url = process.env["DATABASE_URL"];

export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations", seed: "node scripts/seed.mjs" },
  ...(url ? { datasource: { url } } : {}),
});
