#!/bin/sh
# Pins everything that is installed, by version and hash, for every Python and processor the box runs on.
# Needs uv on the PATH. Arguments go to uv, for example: requirements/lock.sh --upgrade
set -eu
cd "$(dirname "$0")"

lock() {
    uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
        --generate-hashes --no-emit-index-url --no-emit-package colorama --custom-compile-command "requirements/lock.sh" "$@"
}

lock box.in --output-file box.txt "$@"
lock built.in --output-file built.txt "$@"
lock test.in --constraints box.txt --output-file test.txt "$@"
