# SPDX-License-Identifier: Apache-2.0
# Installs packages. Sourced by tools/shell.sh; the table of names is tools/packages.txt.

# The column of the table for this machine, or nothing.
release_of_machine() {
  [[ -r /etc/os-release ]] || return 0
  (
    # shellcheck disable=SC1091
    . /etc/os-release
    echo "${ID:-unknown}-${VERSION_ID:-${VERSION_CODENAME:-unknown}}"
  )
}

# package_names RELEASE SET...: the names of the packages of the sets in that release.
package_names() {
  local release=$1
  shift
  awk -v release="$release" -v sets=" $* " '
    /^# set  *debian-12 / { for (i = 3; i <= NF; i++) if ($i == release) column = i - 1; if (!column) exit 3; next }
    /^#/ || NF == 0 { next }
    index(sets, " " $1 " ") { name = $column == "." ? $2 : $column; if (name != "-") print name }
  ' tools/packages.txt
}

is_installed() { [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

# need SET...: installs the packages of the sets that are missing.
need() {
  local release names
  release=$(release_of_machine)
  if ! names=$(package_names "$release" "$@"); then
    report "${release:-this system} is not in tools/packages.txt, so no package is installed. Debian 12 calls the packages:" \
      $(package_names debian-12 "$@")
    return 0
  fi
  need_packages $names
}

need_packages() {
  local package missing=() as_root=()
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  if ((EUID != 0)); then
    command -v sudo >/dev/null || die "packages are missing; as root: apt-get install --no-install-recommends ${missing[*]}"
    as_root=(sudo)
  fi
  report "installing ${#missing[@]} packages: ${missing[*]}"
  local log began=$SECONDS
  log=$(mktemp)
  # shellcheck disable=SC2024  # the log belongs to this user, not to root
  if ! { "${as_root[@]}" apt-get update -q &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"; } \
    >"$log" 2>&1 </dev/null; then
    cat "$log" >&2
    rm -f "$log"
    die "apt-get could not install: ${missing[*]}"
  fi
  rm -f "$log"
  report "the packages took $((SECONDS - began)) s"
}

# When Node and npm do not come from Debian, npm of Debian cannot be installed.
need_page() {
  local missing=()
  need base page "$@"
  command -v node >/dev/null || missing+=(nodejs)
  command -v npm >/dev/null || missing+=(npm)
  ((${#missing[@]} == 0)) || need_packages "${missing[@]}"
}
