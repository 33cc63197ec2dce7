#!/usr/bin/env bash
# Resolves pyproject.toml anew into requirements.lock (and uv itself into scripts/uv.lock): every version pinned, every
# file hashed, for every system and Python, and no word on where the files come from.
# `bash scripts/lock.sh --upgrade` takes the newest versions; without it, pins that still fit are kept.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export UV_SYSTEM_CERTS=1 UV_PYTHON_DOWNLOADS=never UV_NO_CONFIG=1

# Hashes have to be those of the public files, whatever extra sources this machine is set up with.
unset UV_INDEX UV_DEFAULT_INDEX UV_INDEX_URL UV_EXTRA_INDEX_URL UV_FIND_LINKS

uv=.tools/bin/uv
[ -x "$uv" ] || { echo "lock: uv is not in .tools; run make setup first" >&2; exit 1; }

compile() { # output, then the rest
    local output=$1
    shift
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url \
        --no-emit-find-links --custom-compile-command "make lock" --output-file "$output" "$@"
}

compile requirements.lock --all-extras --group dev "${@}" pyproject.toml
echo "uv" | compile scripts/uv.lock "${@}" -
if grep -nE '://|file:|--(index|extra-index|find-links)' requirements.lock scripts/uv.lock; then
    echo "lock: a lock names where its files come from; see the lines above" >&2
    exit 1
fi
