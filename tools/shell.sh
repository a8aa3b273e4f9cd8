# SPDX-License-Identifier: Apache-2.0
# What the commands share. Each command sources this file first; its working folder is then the root
# of the project.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."

report() { printf 'dev: %s\n' "$*" >&2; }
die() { report "$*"; exit 1; }
usage_error() { report "$*"; exit 2; }

# describe "$@" <<END: prints the text and ends when the first argument asks for help.
describe() {
  local text
  text=$(cat)
  case ${1:-} in -h | --help) printf '%s\n' "$text"; exit 0 ;; esac
}

# shellcheck source=tools/packages.sh
. tools/packages.sh

jobs=$(nproc)
quiet=()
[[ -t 1 ]] || quiet=(--quiet)  # on a terminal ninja rewrites one line

# configure PRESET
configure() {
  local log="build/log/configure-$1.log"
  mkdir -p build/log
  cmake --preset "$1" >"$log" 2>&1 || { cat "$log" >&2; return 1; }
}

# build_preset PRESET [TARGET...]
build_preset() {
  local preset=$1 targets=()
  shift
  (($# == 0)) || targets=(--target "$@")
  cmake --build --preset "$preset" --parallel "$jobs" "${targets[@]}" -- "${quiet[@]}"
}

build_page() {
  configure wasm
  build_preset wasm "$@"
}

# Installs the npm packages of the page's tests, once.
install_browser_tests() {
  local installed=tests/browser/node_modules/.package-lock.json
  [[ $installed -nt tests/browser/package-lock.json ]] ||
    { npm --prefix tests/browser ci --ignore-scripts --no-audit --no-fund --loglevel=error && touch "$installed"; }
}

# Names of files that a test or a formatter reads, separated by NUL.
sources() {
  find core qtapp wasm tests -name node_modules -prune -o \( -name '*.hpp' -o -name '*.cpp' \) -print0
}
