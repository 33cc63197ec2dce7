#!/usr/bin/env bash
# Makes .venv from requirements.lock, with every file's hash checked, and installs the project into it, editable.
# Nothing outside this folder is changed. Run it again at will: it returns at once while nothing has changed.
#
# COMMISSIM_PYTHON=/path/to/python   make .venv with this Python and no other (a .venv that is there stays: make clean)
# COMMISSIM_NO_UV=1                  install with plain pip
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export UV_SYSTEM_CERTS=1 UV_PYTHON_DOWNLOADS=never UV_NO_CONFIG=1 UV_NO_PROGRESS=1 PIP_DISABLE_PIP_VERSION_CHECK=1

venv=.venv
tools=.tools
packages_stamp=$venv/.packages-stamp
project_stamp=$venv/.project-stamp

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

# A command of the right name may be a shim that finds no Python behind it, so each candidate has to answer:
# it prints the Python that really runs.
answer() {
    "$1" -c 'import sys, venv, ensurepip; print(sys.executable); sys.exit(sys.version_info < (3, 11))' \
        </dev/null 2>/dev/null
}

find_python() {
    local candidate
    if [ -n "${COMMISSIM_PYTHON:-}" ]; then
        answer "$COMMISSIM_PYTHON" || fail "COMMISSIM_PYTHON=$COMMISSIM_PYTHON is no working Python >= 3.11 with venv"
        return
    fi
    # The versions that the lock was checked with come first; -a also finds what a broken shim hides.
    while IFS= read -r candidate; do
        if answer "$candidate" >/dev/null; then
            answer "$candidate"
            return
        fi
    done < <(type -aP python3.13 python3.12 python3.11 python3 python 2>/dev/null)
    fail "no working Python >= 3.11 with venv found; install one, or name it: COMMISSIM_PYTHON=/path/to/python make setup"
}

# What the packages were installed from, and where: a virtual environment does not survive a move.
packages_fingerprint() {
    cksum <requirements.lock
    pwd
}

project_fingerprint() {
    packages_fingerprint
    cksum <pyproject.toml
}

is_current() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ] && "$venv/bin/python" -c '' </dev/null >/dev/null 2>&1; }

# uv only makes this faster; where it cannot be had or will not run, pip does the same from the same lock.
uv_runs() {
    [ -z "${COMMISSIM_NO_UV:-}" ] && "$tools/bin/uv" --version </dev/null >/dev/null 2>&1
}

fetch_uv() {
    [ -z "${COMMISSIM_NO_UV:-}" ] || return 1
    uv_runs && return
    say "fetching uv into $tools"
    rm -rf "$tools"
    "$venv/bin/python" -m pip install --quiet --require-hashes --target "$tools" -r scripts/uv.lock </dev/null && uv_runs
}

install() { # the arguments of either installer
    if uv_runs; then
        "$tools/bin/uv" pip install --quiet --compile-bytecode --python "$venv" "$@" </dev/null && return
        say "uv did not manage; trying pip"
    fi
    "$venv/bin/python" -m pip install --quiet "$@" </dev/null
}

if is_current "$project_stamp" "$(project_fingerprint)"; then
    exit 0
fi
if ! is_current "$packages_stamp" "$(packages_fingerprint)"; then
    python=$(find_python)
    say "making $venv with $("$python" --version) ($python)"
    rm -rf "$venv"
    "$python" -m venv "$venv"
    fetch_uv || say "installing with pip alone"
    install --require-hashes -r requirements.lock || fail "the packages of requirements.lock could not be installed"
    packages_fingerprint >"$packages_stamp"
fi
install --no-deps --no-build-isolation -e . || fail "the project itself could not be installed"
project_fingerprint >"$project_stamp"
say "$venv is ready"
