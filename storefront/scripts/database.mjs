// One connection to the shop's database, for the scripts.
import pg from "pg";

export async function connected(work) {
  const connectionString = process.env.DATABASE_URL;
  if (!connectionString) {
    console.error("DATABASE_URL is unset: set it to the shop's PostgreSQL, as in postgresql://user@host/shop");
    process.exit(2);
  }
  const client = new pg.Client({ connectionString, application_name: "storefront scripts" });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export async function inTransaction(client, work) {
  await client.query("begin");
  try {
    await work();
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
}
