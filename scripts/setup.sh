#!/bin/sh
# Makes .venv from uv.lock: "setup.sh runtime" for the platform alone, "setup.sh shop" with Node for
# the storefront where the system has none, "setup.sh all" with the tools that test it. Safe to
# repeat: what stands already is kept.
set -eu
cd "$(dirname "$0")/.."

fail() {
    printf 'setup: %s\n' "$@" >&2
    exit 2
}

can_run() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        set -- "$PYTHON"
    else
        set -- python3 python3.13 python3.12 python3.11 python3.14
    fi
    for candidate; do
        if can_run "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

# A uv older than this cannot build the project (see [build-system] in pyproject.toml).
OLDEST_UV=0.8.9

is_recent_uv() {
    version=$("$1" --version 2>/dev/null | cut -d ' ' -f 2) || return 1
    [ -n "$version" ] || return 1
    [ "$(printf '%s\n%s\n' "$OLDEST_UV" "$version" | sort -V | head -n 1)" = "$OLDEST_UV" ]
}

# Debian keeps pip and ensurepip out of python3. The package python3-pip-whl carries pip as a wheel,
# which runs from where it is unpacked; fetching it needs no rights.
unpack_debian_pip() {
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
    rm -rf .uv/pip && mkdir -p .uv/pip
    (
        cd .uv/pip
        apt-get -qq download python3-pip-whl 2>/dev/null ||
            { [ "$(id -u)" = 0 ] && apt-get -qq update && apt-get -qq download python3-pip-whl; }
        dpkg-deb --extract python3-pip-whl_*.deb .
    ) || return 1
    set -- .uv/pip/usr/share/python-wheels/pip-*.whl
    [ -f "$1" ] && DEBIAN_PIP=$1
}

# Any pip will do: the Python's own, a virtual environment's, or Debian's unpacked one.
find_pip() {
    if "$python" -m pip --version >/dev/null 2>&1; then
        pip="$python"
    elif "$python" -m venv --clear .uv/venv >/dev/null 2>&1; then
        pip=.uv/venv/bin/python
    elif unpack_debian_pip; then
        pip=$python
        export PYTHONPATH="$DEBIAN_PIP"
    else
        return 1
    fi
}

# --target leaves the system's Python alone, so an "externally managed" one (PEP 668) does not mind.
install_uv() {
    echo "setup: there is no uv on PATH; putting one into .uv" >&2
    find_pip && "$pip" -m pip install --quiet --upgrade --target .uv "uv>=$OLDEST_UV,<1" || fail \
        "uv could not be installed with $python." \
        "On Debian or Ubuntu: apt-get install python3-venv ca-certificates, then run this again."
    unset PYTHONPATH
    rm -rf .uv/pip .uv/venv
}

python=$(find_python) || fail \
    "no Python 3.11 or newer was found (tried ${PYTHON:-python3 and python3.11 to python3.14})." \
    "On Debian or Ubuntu: apt-get install python3. Or name one: make setup PYTHON=/path/to/python3"

uv=uv
if ! is_recent_uv uv; then
    uv=.uv/bin/uv
    is_recent_uv "$uv" || install_uv
fi

# A virtual environment that works is kept, whichever Python it was made with.
if can_run .venv/bin/python; then
    python=.venv/bin/python
fi

case "${1:-all}" in
runtime) "$uv" sync --frozen --python "$python" --no-dev --inexact ;;
shop)
    if command -v node >/dev/null && command -v npm >/dev/null; then group=; else group="--group shop"; fi
    # shellcheck disable=SC2086 - no group is no word
    "$uv" sync --frozen --python "$python" --no-dev --inexact $group
    ;;
all) "$uv" sync --frozen --python "$python" --all-groups ;;
*) fail "unknown set '$1'; say 'runtime', 'shop' or 'all'." ;;
esac
