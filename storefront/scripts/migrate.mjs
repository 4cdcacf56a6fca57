// Applies prisma/migrations in order, each once and in a transaction of its own, and enters them into
// Prisma's ledger, so that `prisma migrate deploy` finds nothing left to do. It needs no schema engine.
import { createHash, randomUUID } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { connected, inTransaction } from "./database.mjs";

const FOLDER = fileURLToPath(new URL("../prisma/migrations/", import.meta.url));
const PRISMAS_LOCK = 72707369;
const LEDGER = `create table if not exists _prisma_migrations (
  id varchar(36) primary key, checksum varchar(64) not null, finished_at timestamptz,
  migration_name varchar(255) not null, logs text, rolled_back_at timestamptz,
  started_at timestamptz not null default now(), applied_steps_count integer not null default 0)`;
const APPLIED = `select migration_name, checksum, finished_at from _prisma_migrations where rolled_back_at is null`;
const ENTER = `insert into _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
  values ($1, $2, $3, clock_timestamp(), 1)`;

const migrations = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => ({ name, sql: readFileSync(`${FOLDER}${name}/migration.sql`, "utf8") }))
  .sort((one, other) => (one.name < other.name ? -1 : 1));

function isApplied(migration, checksum, applied) {
  const entry = applied.find(({ migration_name }) => migration_name === migration.name);
  if (!entry) return false;
  if (!entry.finished_at) throw new Error(`${migration.name} was begun by Prisma and not finished: resolve it with its own tools`);
  if (entry.checksum !== checksum) throw new Error(`${migration.name} was changed after it was applied: put it back, and add another migration`);
  return true;
}

await connected(async (client) => {
  await client.query("select pg_advisory_lock($1)", [PRISMAS_LOCK]);
  await client.query("set client_min_messages = warning");
  await client.query(LEDGER);
  const { rows } = await client.query(APPLIED);
  for (const migration of migrations) {
    const checksum = createHash("sha256").update(migration.sql).digest("hex");
    if (isApplied(migration, checksum, rows)) continue;
    await inTransaction(client, async () => {
      await client.query(migration.sql);
      await client.query(ENTER, [randomUUID(), checksum, migration.name]);
    });
    console.log(`applied ${migration.name}`);
  }
});
