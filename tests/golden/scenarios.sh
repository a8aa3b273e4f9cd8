#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Writes scenarios.vec anew from a program: tests/golden/scenarios.sh build/dev/bin/metabatch
# A digest that changes means that a simulation has changed: say why in the commit.
set -euo pipefail
program=$(readlink -f "$1")
cd "$(dirname "$(readlink -f "$0")")"
old=$(<scenarios.vec)
{
  grep '^#' <<<"$old"
  while IFS=$'\t' read -r name flags _; do
    [[ $flags != - ]] || flags=
    # shellcheck disable=SC2086  # flags are words
    digest=$("$program" simulate "$name" $flags --json | sed -n 's/.*"digest":"\([0-9a-f]*\)".*/\1/p') || true
    printf '%s\t%s\t%s\n' "$name" "${flags:--}" "$digest"
  done < <(grep -v '^#' <<<"$old")
} >scenarios.vec
