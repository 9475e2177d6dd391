#!/usr/bin/env bash
# What `clinicbox test` runs: every check, then every test. With arguments: only pytest, with these.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
python=.venv/bin/python
export CLINICBOX_RACE_ROUNDS=${CLINICBOX_RACE_ROUNDS:-2000} CLINICBOX_KILLS=${CLINICBOX_KILLS:-40} # the proofs, in full
export CLINICBOX_SCANNERS=${CLINICBOX_SCANNERS:-1}
failed=()

check() {
    local name=$1
    shift
    echo "== $name"
    "$@" || failed+=("$name")
}

if (($# > 0)); then exec "$python" -m pytest "$@"; fi

mapfile -t scripts < <(find . -name '.?*' -prune -o -name '*.sh' -print)
check "ruff check" "$python" -m ruff check .
check "ruff format" "$python" -m ruff format --check .
check "mypy" "$python" -m mypy
check "import-linter" "$python" -c 'from importlinter.cli import lint_imports_command; lint_imports_command()'
check "shellcheck" shellcheck clinicbox .ci/run "${scripts[@]}"
check "pytest" "$python" -m pytest

if ((${#failed[@]} > 0)); then
    printf 'failed: %s\n' "${failed[@]}" >&2
    exit 1
fi
