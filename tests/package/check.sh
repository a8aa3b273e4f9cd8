#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# check.sh BUILD_FOLDER: makes the Debian package of what was built there, installs it into a bare root with dpkg, and starts
# the programs from there. Ends with 0 when all of it holds; says on stderr what does not.
set -euo pipefail

build=$(realpath "$1")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
fail() { printf 'package: %s\n' "$*" >&2; exit 1; }

(cd "$scratch" && cpack --config "$build/CPackConfig.cmake" -B "$scratch/made" >"$scratch/cpack.log" 2>&1) ||
  { cat "$scratch/cpack.log" >&2; fail "cpack failed"; }
packages=("$scratch"/made/*.deb)
[[ ${#packages[@]} == 1 && -f ${packages[0]} ]] || fail "there should be one package: ${packages[*]}"
package=${packages[0]}
[[ $(basename "$package") == metabatch_*_"$(dpkg --print-architecture)".deb ]] || fail "an odd name: $package"

# A root with nothing in it but dpkg's own books: what the package depends on is on the machine, not in there.
root=$scratch/root
mkdir -p "$root"/var/lib/dpkg/{info,updates}
touch "$root"/var/lib/dpkg/status
if ((EUID == 0)); then
  dpkg --root="$root" --force-depends --force-not-root --log=/dev/null -i "$package" >"$scratch/dpkg.log" 2>&1 ||
    { cat "$scratch/dpkg.log" >&2; fail "dpkg could not install it"; }
  [[ $(dpkg-query --admindir="$root/var/lib/dpkg" -W -f '${db:Status-Status}' metabatch) == installed ]] ||
    fail "dpkg does not call it installed"
else
  dpkg-deb -x "$package" "$root"
fi

for file in bin/metabatch bin/metabatch-desktop share/applications/metabatch-desktop.desktop \
  share/metainfo/io.github.metabatch.desktop.metainfo.xml share/icons/hicolor/scalable/apps/metabatch-desktop.svg \
  lib/systemd/system/metabatch.service share/metabatch/scenarios/headline.toml share/doc/metabatch/copyright; do
  [[ -s $root/usr/$file ]] || fail "usr/$file is missing"
done
[[ ! -e $root/usr/include ]] || fail "headers of the core have no place in it"

if command -v desktop-file-validate >/dev/null; then
  desktop-file-validate "$root/usr/share/applications/metabatch-desktop.desktop" >&2 || fail "the desktop file is wrong"
fi
if command -v appstreamcli >/dev/null; then
  appstreamcli validate --no-net "$root/usr/share/metainfo/io.github.metabatch.desktop.metainfo.xml" >"$scratch/said" 2>&1 ||
    { cat "$scratch/said" >&2; fail "the metainfo is wrong"; }
fi

# Every package named must be one that is installed here, where both programs start.
depends=$(dpkg-deb -f "$package" Depends)
for needed in libqt6charts6 libqt6sql6-sqlite libqt6sql6-psql libpq5 libsqlite3-0 libqt6svg6 libqt6keychain1; do
  [[ $depends == *"$needed"* ]] || fail "it should depend on $needed: $depends"
done
while read -r alternative; do
  name=${alternative%% *}
  [[ $(dpkg-query -W -f '${db:Status-Status}' "${name%:*}" 2>/dev/null) == installed ]] || fail "depends on $name, not here"
done < <(tr ',' '\n' <<<"$depends" | sed 's/|.*//; s/^ *//')

home=$scratch/home
mkdir -m 700 "$home"
start() { env -i HOME="$home" XDG_RUNTIME_DIR="$home" QT_QPA_PLATFORM=offscreen PATH="$root/usr/bin" "$@"; }
[[ $(start metabatch --version) == *0.* ]] || fail "metabatch does not say its version"
start metabatch simulate --for 10s --json >"$scratch/result.json" || fail "metabatch simulate failed"
start metabatch-desktop --exit-when-drawn 2>"$scratch/said" || fail "metabatch-desktop does not start"
! grep -v 'propagateSizeHints' "$scratch/said" >&2 || fail "metabatch-desktop complains"
printf 'package: %s, %s bytes, installs and starts\n' "$(basename "$package")" "$(stat -c %s "$package")"
