"""The storefront made ready, a database for its tests, and a real browser."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests" / "shop"))

AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/149.0.0.0 Safari/537.36"
)
"""A person's: the headless browser's own is taken for a bot's, rightly, and left out of reports."""
FLAGS = [
    f"--user-agent={AGENT}",
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


def make_ready(part: str) -> None:
    """Runs the project's own script; skips the tests where Node or its registry is missing."""
    done = subprocess.run(
        [ROOT / "scripts" / "storefront.sh", part],
        cwd=ROOT, capture_output=True, text=True, timeout=480, check=False,
    )  # fmt: skip
    said = done.stderr.strip()[-600:]
    if done.returncode == 2 or "ENOTFOUND" in said or "EAI_AGAIN" in said:
        pytest.skip(f"the storefront cannot be made here: {said}")
    assert done.returncode == 0, said


@pytest.fixture(scope="session")
def packages() -> Path:
    """The storefront with its packages and Prisma's client."""
    make_ready("data")
    return ROOT / "storefront"


@pytest.fixture(scope="session")
def built() -> Path:
    """The storefront with its server."""
    make_ready("all")
    return ROOT / "storefront"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; for this module alone, since a process holds one Playwright at a time."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium on this machine; install it with apt-get install chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield launched
        launched.close()
