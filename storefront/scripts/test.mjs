// Builds the tests for Node, and runs them.
import { spawnSync } from "node:child_process";
import { build } from "esbuild";

await build({
  entryPoints: ["test/shop.test.ts"], bundle: true, platform: "node", format: "esm", target: "node20",
  outdir: ".test", outExtension: { ".js": ".mjs" }, packages: "external", logLevel: "warning",
});
const { status } = spawnSync(process.execPath, ["--test", "--test-force-exit", ".test/shop.test.mjs"], { stdio: "inherit" });
process.exitCode = status ?? 1;
