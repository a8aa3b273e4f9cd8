#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# check.sh BUILD_FOLDER: makes the Debian packages of what was built there, installs them into a
# bare root with dpkg, starts the programs from there, and removes the packages. Ends with 0 when
# all of it holds; reports on stderr what does not.
set -euo pipefail

build=$(realpath "$1")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
fail() { printf 'package: %s\n' "$*" >&2; exit 1; }
architecture=$(dpkg --print-architecture)
names=(metabatch metabatch-desktop libmetabatch-dev)
has_page() { grep -q '^set(CPACK_COMPONENTS_ALL ".*page' "$build/CPackConfig.cmake"; }  # built before the programs were configured
! has_page || names+=(metabatch-page)

(cd "$scratch" && cpack --config "$build/CPackConfig.cmake" -B "$scratch/made" >"$scratch/cpack.log" 2>&1) ||
  { cat "$scratch/cpack.log" >&2; fail "cpack failed"; }
made=("$scratch"/made/*.deb)
((${#made[@]} == ${#names[@]})) || fail "there should be ${#names[@]} packages: ${made[*]}"
deb() { printf '%s\n' "$scratch/made/$1"_*_{"$architecture",all}.deb | xargs ls 2>/dev/null | head -1; }
for name in "${names[@]}"; do [[ -f $(deb "$name") ]] || fail "there is no package $name: ${made[*]}"; done

# A root with nothing in it but dpkg's own books: what the packages depend on is on the machine, not
# in there.
root=$scratch/root
mkdir -p "$root"/var/lib/dpkg/{info,updates}
touch "$root"/var/lib/dpkg/status
in_root() { dpkg --root="$root" --force-depends --force-not-root --log=/dev/null "$@" >"$scratch/dpkg.log" 2>&1; }
if ((EUID == 0)); then
  in_root -i "${made[@]}" || { cat "$scratch/dpkg.log" >&2; fail "dpkg could not install them"; }
  for name in "${names[@]}"; do
    [[ $(dpkg-query --admindir="$root/var/lib/dpkg" -W -f '${db:Status-Status}' "$name") == installed ]] ||
      fail "dpkg does not report $name as installed"
  done
else
  for file in "${made[@]}"; do dpkg-deb -x "$file" "$root"; done
fi

has() {
  local name=$1 list file
  shift
  list=$(dpkg-deb --fsys-tarfile "$(deb "$name")" | tar -t)
  for file in "$@"; do grep -qx "./usr/$file" <<<"$list" || fail "$name has no usr/$file"; done
}
has_not() { ! dpkg-deb --fsys-tarfile "$(deb "$1")" | tar -t | grep -q "$2" || fail "$2 has no place in $1"; }
has metabatch bin/metabatch lib/systemd/system/metabatch.service share/metabatch/scenarios/headline.toml \
  share/doc/metabatch/{copyright,changelog.gz,runbook.md,examples/config.toml} share/man/man1/metabatch{,-run,-ingest,-serve,-top,-doctor}.1.gz \
  share/bash-completion/completions/metabatch share/zsh/vendor-completions/_metabatch \
  share/fish/vendor_completions.d/metabatch.fish
has metabatch-desktop bin/metabatch-desktop share/applications/metabatch-desktop.desktop \
  share/metainfo/io.github.metabatch.desktop.metainfo.xml share/icons/hicolor/scalable/apps/metabatch-desktop.svg \
  share/man/man1/metabatch-desktop.1.gz share/doc/metabatch-desktop/{copyright,changelog.gz}
has libmetabatch-dev include/metabatch/batcher.hpp share/doc/libmetabatch-dev/copyright
! has_page || has metabatch-page share/metabatch/page/index.html
has_not metabatch 'desktop\|/include/'
has_not metabatch-desktop 'bin/metabatch$\|/include/'

# Every manual page is one that man reads without a warning, and names the program.
for page in "$root"/usr/share/man/man1/*.gz; do
  said=$(LC_ALL=C.UTF-8 man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null) || fail "man cannot read $page: $said"
  [[ -z $said ]] || fail "man warns of $page: $said"
done
[[ $(MANWIDTH=100 man -l "$root/usr/share/man/man1/metabatch-run.1.gz" 2>/dev/null | col -b) == *--agents* ]] ||
  fail "the manual of run does not name --agents"

complete_words() { bash -c '. "$1"; COMP_WORDS=("${@:2}"); COMP_CWORD=$(($# - 2)); _metabatch; printf "%s\n" "${COMPREPLY[@]}"' \
  - "$root/usr/share/bash-completion/completions/metabatch" "$@"; }
[[ $(complete_words metabatch sim) == simulate ]] || fail "bash does not complete metabatch sim"
[[ $(complete_words metabatch run --batch-s) == --batch-size ]] || fail "bash does not complete metabatch run --batch-s"

desktop-file-validate "$root/usr/share/applications/metabatch-desktop.desktop" >&2 || fail "the desktop file is wrong"
if command -v appstreamcli >/dev/null; then
  appstreamcli validate --no-net "$root/usr/share/metainfo/io.github.metabatch.desktop.metainfo.xml" >"$scratch/said" 2>&1 ||
    { cat "$scratch/said" >&2; fail "the metainfo is wrong"; }
fi

# Every package named must be one that is installed here, where both programs start.
depends_on() {
  local name=$1 depends needed alternative
  shift
  depends=$(dpkg-deb -f "$(deb "$name")" Depends)
  for needed in "$@"; do [[ $depends == *"$needed"* ]] || fail "$name should depend on $needed: $depends"; done
  while read -r alternative; do
    alternative=${alternative%% *}
    [[ $(dpkg-query -W -f '${db:Status-Status}' "${alternative%:*}" 2>/dev/null) == installed ]] ||
      fail "$name depends on $alternative, not here"
  done < <(tr ',' '\n' <<<"$depends" | sed 's/|.*//; s/^ *//')
}
depends_on metabatch libqt6sql6-sqlite libqt6sql6-psql libpq5 libsqlite3-0
depends_on metabatch-desktop libqt6charts6 libqt6svg6 libqt6keychain1 libqt6sql6-sqlite libpq5
[[ $(dpkg-deb -f "$(deb metabatch)" Depends) != *libqt6widgets* ]] || fail "metabatch needs no window"

# The core is used as its package installs it.
cat >"$scratch/use.cpp" <<'TEXT'
#include <metabatch/batcher.hpp>
int main() { return metabatch::Batcher::create({}, metabatch::Instant{}, 1).counters().balanced() ? 0 : 1; }
TEXT
export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR=$root
PKG_CONFIG_PATH=$(dirname "$(find "$root" -name metabatch.pc)")
# shellcheck disable=SC2046  # flags are words
"${CXX:-c++}" -std=c++20 "$scratch/use.cpp" -o "$scratch/use" $(pkg-config --cflags --libs metabatch) ||
  fail "a program cannot be built with pkg-config"
"$scratch/use" || fail "the program that uses the core fails"

home=$scratch/home
mkdir -m 700 "$home"
start() { env -i HOME="$home" XDG_RUNTIME_DIR="$home" QT_QPA_PLATFORM=offscreen PATH="$root/usr/bin" "$@"; }
[[ $(start metabatch --version) == *0.* ]] || fail "metabatch does not print its version"
start metabatch simulate --for 10s --json >"$scratch/result.json" || fail "metabatch simulate failed"
start metabatch-desktop --exit-when-drawn 2>"$scratch/said" || fail "metabatch-desktop does not start"
! grep -v 'propagateSizeHints' "$scratch/said" >&2 || fail "metabatch-desktop complains"

if ((EUID == 0)); then
  in_root --purge "${names[@]}" || { cat "$scratch/dpkg.log" >&2; fail "dpkg could not remove them"; }
  left=$(find "$root" -path "$root/var" -prune -o -type f -print)
  [[ -z $left ]] || fail "purged, and these files are left: $left"
fi
for name in "${names[@]}"; do printf 'package: %s, %s bytes, installs and is removed\n' "$name" "$(stat -c %s "$(deb "$name")")"; done
