// Builds the package into dist/, and the scripts that the collector serves into the Python package.
// `check` fails where the latter are not what the sources make, `sizes` prints gzipped bytes, `test` and
// `app` build what the tests need.
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { minify } from "terser";

const here = dirname(fileURLToPath(import.meta.url));
const served = join(here, "../src/clickstream/ingest/www");
const contract = join(here, "../src/clickstream/contract/event/1-0-0.d.ts");
const TARGET = "es2021";
const EXTERNAL = ["react", "react/jsx-runtime", "react-dom", "next/*"];

/** The optional parts of the script hand their events to the script, not to a copy of it. */
const trackFromWindow = {
  name: "track-from-window",
  setup({ onResolve }) {
    onResolve({ filter: /\/track\.js$/ }, () => ({ path: join(here, "src/extras/track-window.ts") }));
  },
};

/** One file of all that an entry needs; terser makes it a twentieth smaller than esbuild alone. */
async function bundle(entry, { format = "esm", plugins = [] } = {}) {
  const result = await build({
    absWorkingDir: here, entryPoints: [entry], bundle: true, write: false, target: TARGET,
    format: "esm", legalComments: "none", external: EXTERNAL, jsx: "automatic", plugins,
  });
  const { code } = await minify(result.outputFiles[0].text, { module: true, ecma: 2020, compress: { passes: 3 } });
  return format === "iife" ? `(()=>{${code}})();\n` : code;
}

const scripts = async () => ({
  "clickstream.js": await bundle("src/script.ts", { format: "iife" }),
  "clickstream.extras.js": await bundle("src/extras/script.ts", { format: "iife", plugins: [trackFromWindow] }),
});

const sourcesIn = (folder) =>
  readdirSync(join(here, folder)).filter((name) => /\.tsx?$/.test(name) && !name.endsWith(".d.ts")).map((name) => join(folder, name));

async function buildPackage() {
  rmSync(join(here, "dist"), { recursive: true, force: true });
  await build({
    absWorkingDir: here, outdir: "dist", outbase: "src", format: "esm", target: TARGET, jsx: "automatic",
    entryPoints: [...sourcesIn("src"), ...sourcesIn("src/extras")].filter((path) => !/script|window/.test(path)),
  });
  execFileSync(join(here, "node_modules/.bin/tsc"), ["--emitDeclarationOnly"], { cwd: here, stdio: "inherit" });
  copyFileSync(contract, join(here, "dist/contract.d.ts"));
}

const command = process.argv[2] ?? "build";
if (command === "test") {
  await build({
    absWorkingDir: here, entryPoints: sourcesIn("test"), bundle: true, platform: "node", format: "esm",
    outdir: ".test", outExtension: { ".js": ".mjs" }, packages: "external", jsx: "automatic",
  });
} else if (command === "app") {
  // A page of React in its development form, in which StrictMode repeats effects, on a stand-in router.
  const [entry, endpoint] = process.argv.slice(3);
  const router = join(here, "test/app/router.ts");
  const result = await build({
    absWorkingDir: here, entryPoints: [`test/app/${entry}.tsx`], bundle: true, write: false, jsx: "automatic",
    define: { ENDPOINT: JSON.stringify(endpoint), "process.env.NODE_ENV": '"development"' },
    alias: { "next/navigation": router, "next/router.js": router },
  });
  console.log(result.outputFiles[0].text);
} else if (command === "check") {
  for (const [name, text] of Object.entries(await scripts()))
    if (!existsSync(join(served, name)) || readFileSync(join(served, name), "utf8") !== text) {
      console.error(`${name} is not what its sources make: run \`npm run build\` in tracker/`);
      process.exitCode = 1;
    }
} else if (command === "sizes") {
  const sized = async (text) => gzipSync(await text, { level: 9 }).length;
  const { "clickstream.js": core, "clickstream.extras.js": extras } = await scripts();
  console.log(JSON.stringify({
    core: await sized(core), extras: await sized(extras),
    // An application that uses all of the package.
    next: await sized(bundle("test/app/whole-next.ts")), nextPages: await sized(bundle("test/app/whole-next-pages.ts")),
  }));
} else {
  mkdirSync(served, { recursive: true });
  for (const [name, text] of Object.entries(await scripts())) writeFileSync(join(served, name), text);
  await buildPackage();
}
