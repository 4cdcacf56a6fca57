"""Looks up the installed packages among the known vulnerabilities: `make audit`.

Exit status 0: none is known. 1: some are, listed. 2: the advisories could not be had, which is said
and is no verdict; with `--if-reachable` that is 0, for machines without a way out.
"""

import json
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PIP_AUDIT = Path(sysconfig.get_path("scripts"), "pip-audit")


class Unreachable(Exception):  # noqa: N818 - it says what is the matter
    """The advisories cannot be had."""


def main() -> int:
    found: list[str] = []
    missing: list[str] = []
    audits = [("Python", audit_python)]
    if shutil.which("npm"):
        audits += [
            (lock.parent.name, lambda folder=lock.parent: audit_node(folder))
            for lock in sorted(ROOT.glob("*/package-lock.json"))
        ]
    for name, audit in audits:
        try:
            problems, count = audit()
        except Unreachable as error:
            missing.append(name)
            print(f"{name}: not audited: {error}")
        else:
            found += problems
            print(f"{name}: {count} packages looked up, {len(problems)} known vulnerabilities")
    for problem in found:
        print(f"  {problem}")
    if found:
        return 1
    return 2 if missing and "--if-reachable" not in sys.argv else 0


def audit_python() -> tuple[list[str], int]:
    """What is known of the packages of this environment, and how many were looked up.

    pip-audit calls it a success when the service knows none of the packages; here it is none.
    """
    command = [PIP_AUDIT, "--skip-editable", "--progress-spinner", "off", "--format", "json"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    if not ran.stdout.strip():
        raise Unreachable((ran.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1])
    packages = [one for one in json.loads(ran.stdout)["dependencies"] if "vulns" in one]
    if not packages:
        raise Unreachable("the package index that is used here serves no advisories")
    problems = [
        f"{one['name']} {one['version']}: {vulnerability['id']}, mended in "
        f"{', '.join(vulnerability['fix_versions']) or 'no version yet'}"
        for one in packages
        for vulnerability in one["vulns"]
    ]
    return problems, len(packages)


def audit_node(folder: Path) -> tuple[list[str], int]:
    """The same of what a folder's package-lock.json names for running."""
    command = ["npm", "audit", "--omit=dev", "--json", "--package-lock-only"]
    ran = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=600
    )
    try:
        told: dict[str, Any] = json.loads(ran.stdout)
    except ValueError as error:
        raise Unreachable((ran.stderr.strip().splitlines() or ["npm said nothing"])[-1]) from error
    if "vulnerabilities" not in told:
        summary = told.get("message") or told.get("error", {}).get("summary") or "no answer"
        raise Unreachable(str(summary).splitlines()[0])
    problems = [
        f"{folder.name}: {name} ({one['severity']}, {one['range']})"
        for name, one in told["vulnerabilities"].items()
    ]
    return problems, told["metadata"]["dependencies"]["prod"]


if __name__ == "__main__":
    sys.exit(main())
