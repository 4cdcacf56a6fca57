// Makes Prisma's client. Generating needs no schema engine, which install scripts would fetch from
// a host of its own; naming a program in its place keeps Prisma from looking for it.
import { spawnSync } from "node:child_process";

const { status } = spawnSync(process.execPath, ["node_modules/prisma/build/index.js", "generate"], {
  stdio: "inherit",
  env: { PRISMA_SCHEMA_ENGINE_BINARY: "/bin/true", PRISMA_HIDE_UPDATE_MESSAGE: "1", CHECKPOINT_DISABLE: "1", ...process.env },
});
process.exitCode = status ?? 1;
