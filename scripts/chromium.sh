#!/bin/sh
# Installs Debian's Chromium for the browser tests, where it is missing and may be installed.
set -eu

command -v chromium >/dev/null && exit 0

if [ "$(id -u)" = 0 ]; then
    as_root=
elif sudo -n true 2>/dev/null; then
    as_root=sudo
else
    as_root=none
fi

if [ "$as_root" != none ] && command -v apt-get >/dev/null; then
    echo "test: installing Chromium for the browser tests" >&2
    export DEBIAN_FRONTEND=noninteractive
    $as_root apt-get -qq update
    $as_root apt-get -qq install --yes --no-install-recommends chromium >/dev/null || true
fi

command -v chromium >/dev/null && exit 0
cat >&2 <<'MESSAGE'
test: the browser tests need Chromium, and it could not be installed from here.
test: run `sudo apt-get install chromium` and `make test` again, or leave those tests out:
test:     make setup && .venv/bin/pytest -m "not browser"
MESSAGE
exit 2
