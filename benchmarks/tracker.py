"""How heavy the tracker is in a page, beside its peers.

For each package a module that starts it and sends a page view, bundled alike: esbuild, minified,
ESM, for browsers. Beside them our script as the collector serves it. The packages are pinned, what
they need in turn is as npm resolves it that day. Needs Node with npm, and the registry of npm.

Umami has no package to import: its server builds the script. The newest of its server on npm is
2.10.0; only the script's source is taken from that, none of the server's dependencies.
"""

import gzip
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parents[1]
SERVED: Final = ROOT / "src/clickstream/ingest/www/clickstream.js"
OWN: Final = "@clickstream/tracker"
UMAMI: Final = "umami 2.10.0"
_UMAMI_SCRIPT: Final = "package/src/tracker/index.js"
_OWN_MODULE: Final = """
import { init, trackPageView } from "%s";
init({ endpoint: "https://collect.shop.example/clickstream", autoPageViews: false });
trackPageView();
"""


class Peer(NamedTuple):
    """A package of npm, and what a page writes to use it."""

    package: str
    version: str
    module: str


PEERS: Final = (
    Peer(
        "@plausible-analytics/tracker",
        "0.4.6",
        """
        import { init, track } from "@plausible-analytics/tracker";
        init({ domain: "shop.example", autoCapturePageviews: false });
        track("pageview", {});
        """,
    ),
    Peer(
        "@snowplow/browser-tracker",
        "4.10.1",
        """
        import { newTracker, trackPageView } from "@snowplow/browser-tracker";
        newTracker("shop", "https://collect.shop.example", { appId: "shop" });
        trackPageView();
        """,
    ),
    Peer(
        "@aws/clickstream-web",
        "0.12.6",
        """
        import { ClickstreamAnalytics } from "@aws/clickstream-web";
        ClickstreamAnalytics.init({ appId: "shop", endpoint: "https://collect.shop.example" });
        ClickstreamAnalytics.record({ name: "page_view" });
        """,
    ),
    Peer(
        "posthog-js",
        "1.449.2",
        """
        import posthog from "posthog-js";
        posthog.init("key", { api_host: "https://collect.shop.example" });
        posthog.capture("$pageview");
        """,
    ),
)


class Weight(NamedTuple):
    """Bytes of a bundle, minified, and of the same gzipped at level 9."""

    minified: int
    gzipped: int


def _weigh(code: bytes) -> Weight:
    return Weight(len(code), len(gzip.compress(code, 9, mtime=0)))


def _npm(*words: str, cwd: Path) -> None:
    """Run npm; nothing that it installs runs code of its own."""
    command = ["npm", *words, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"npm {words[0]} failed in {cwd}:\n{done.stderr}")


def _umami(folder: Path) -> str:
    """The source of Umami's script, which sends a page view when it has loaded."""
    _npm("pack", UMAMI.replace(" ", "@"), cwd=folder)
    with tarfile.open(folder / f"{UMAMI.replace(' ', '-')}.tgz") as archive:
        member = archive.extractfile(_UMAMI_SCRIPT)
        if member is None:
            raise SystemExit(f"{UMAMI} has no file {_UMAMI_SCRIPT}")
        return member.read().decode()


def _esbuild(folder: Path) -> Path:
    """The program as the tracker pins it: of the checkout, else installed in the folder."""
    home = ROOT / "tracker"
    if not (home / "node_modules/.bin/esbuild").exists():
        home = folder / "tracker"
        home.mkdir()
        for name in ("package.json", "package-lock.json"):
            shutil.copy(ROOT / "tracker" / name, home)
        _npm("ci", cwd=home)
    return home / "node_modules/.bin/esbuild"


def _bundle(esbuild: Path, module: str, folder: Path) -> Weight:
    entry = folder / "entry.mjs"
    entry.write_text(module)
    command = [
        str(esbuild), entry.name, "--bundle", "--minify", "--format=esm", "--platform=browser",
        "--target=es2021", "--legal-comments=none", "--log-level=error",
    ]  # fmt: skip
    return _weigh(subprocess.run(command, cwd=folder, capture_output=True, check=True).stdout)


def weigh_all(folder: Path) -> dict[str, Weight]:
    """Weights by package, ours first; the folder is left full of packages."""
    (folder / "package.json").write_text('{"private": true}')
    _npm("install", *(f"{peer.package}@{peer.version}" for peer in PEERS), cwd=folder)
    esbuild = _esbuild(folder)
    own = _OWN_MODULE % (ROOT / "tracker/src/index.ts").as_posix()
    weights = {
        "/clickstream.js, as served": _weigh(SERVED.read_bytes()),
        OWN: _bundle(esbuild, own, folder),
    }
    weights[UMAMI] = _bundle(esbuild, _umami(folder), folder)
    for peer in PEERS:
        weights[f"{peer.package} {peer.version}"] = _bundle(esbuild, peer.module, folder)
    return weights


def main() -> None:
    """Print bytes, and gzipped bytes as multiples of ours: of the script, and of the import."""
    with tempfile.TemporaryDirectory(prefix="bench-tracker-") as name:
        weights = weigh_all(Path(name))
    script, imported = list(weights.values())[:2]
    print(f"{'':36} {'minified':>9} {'gzipped':>9} {'/ script':>9} {'/ import':>9}")
    for package, (minified, gzipped) in weights.items():
        of_script, of_import = gzipped / script.gzipped, gzipped / imported.gzipped
        print(f"{package:36} {minified:9,} {gzipped:9,} {of_script:9.2f} {of_import:9.2f}")


if __name__ == "__main__":
    main()
