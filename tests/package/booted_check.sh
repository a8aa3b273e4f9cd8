#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Checks the service of the installed package in a machine that systemd booted: the flow of
# docs/service.md, secrets, restarts, and a PostgreSQL that is away at boot. Its last line is
# "container: passed". tools/soak/container runs it as a unit in a container without a network.
set -euo pipefail

unit=metabatch
address=127.0.0.1:7280
state=/var/lib/private/metabatch

fail() {
  printf 'container: FAILED: %s\n' "$*"
  systemctl status --no-pager --lines=20 "$unit" || true
  exit 1
}
passed() { printf 'container: %s\n' "$*"; }

# Until COMMAND succeeds: an event, for which a minute is enough.
becomes() {
  local end=$((SECONDS + 60))
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || fail "it never became so: $*"
    sleep 0.1
  done
}
of_unit() { systemctl show -P "$1" "$unit"; }
is() { [[ $(of_unit "$1") == "$2" ]]; }
is_ready() { [[ $(curl -s -o /dev/null -w '%{http_code}' "http://$address/readyz") == 200 ]]; }
is_another_process() { is ActiveState active && [[ $(of_unit MainPID) != "$1" ]]; }
# report VALUE: sends it as the agent, and succeeds where the answer is 204.
report() {
  [[ $(curl -s -o /dev/null -w '%{http_code}' -H "Coder-Session-Token: $token" \
    -d "{\"metadata\":[{\"key\":\"cpu\",\"value\":\"$1\"}]}" "http://$address/api/v2/workspaceagents/me/metadata") == 204 ]]
}
shows() { curl -s -H "Coder-Session-Token: watching-is-allowed" "http://$address/api/v2/workspaceagents/$agent/metadata" | grep -q "\"$1\""; }
# added TEXT: takes `agent` and `token` from what `agents add` printed.
added() {
  agent=$(sed -n 's/^agent //p' <<<"$1")
  token=$(sed -n 's/^token //p' <<<"$1")
  [[ -n $agent && -n $token ]] || fail "no agent was added: $1"
}

# 1. Booted with the package alone: a SQLite file, a user of its own, the limits of the unit.
becomes is ActiveState active
becomes is_ready
pid=$(of_unit MainPID)
user=$(stat -c %u "/proc/$pid")
((user >= 61184 && user <= 65519)) || fail "the user $user is not dynamic"
[[ $(stat -c %a "$state") == 700 ]] || fail "the state folder is open to others"
[[ -z $(find "$state" -type f -perm /077) ]] || fail "files are open to others: $(find "$state" -type f -perm /077)"
files() { awk '/^Max open files/ { print $5 }' "/proc/$1/limits"; }
most=$(files 1)  # a container cannot give more than it has
wanted=$((most < 65536 ? most : 65536))
[[ $(files "$pid") == "$wanted" ]] || fail "it may open $(files "$pid") files, not $wanted"
[[ $(of_unit MemoryMax) == $((1500 << 20)) ]] || fail "MemoryMax is $(of_unit MemoryMax)"
grep -q '^CapEff:.*0000000000000000$' "/proc/$pid/status" || fail "it has capabilities"
passed "the unit starts at boot, as a user of its own"

# 2. Tokens of watchers are files of root; a drop-in hands them to the service.
mkdir -p /etc/metabatch /etc/systemd/system/$unit.service.d
(umask 077 && echo watching-is-allowed >/etc/metabatch/watch-tokens)
cat >/etc/systemd/system/$unit.service.d/secrets.conf <<'TEXT'
[Service]
LoadCredential=watch-tokens:/etc/metabatch/watch-tokens
Environment=METABATCH_WATCH_TOKEN_FILE=%d/watch-tokens
TEXT
systemctl daemon-reload
systemctl restart "$unit"
# As the head of the unit says.
added "$(systemd-run --quiet --pipe -p DynamicUser=yes -p User=metabatch -p StateDirectory=metabatch \
  -E XDG_STATE_HOME=/var/lib/metabatch metabatch agents add --key cpu)"
systemctl reload "$unit"
becomes report one
becomes shows one
passed "an agent is added while it runs; a watcher sees its report"

# 3. Values outlive a restart; a kill is a failure after which it starts again; a stop is in order.
becomes report two
systemctl restart "$unit"
becomes shows two
pid=$(of_unit MainPID)
kill -KILL "$pid"
becomes is_another_process "$pid"
becomes shows two
becomes report three
systemctl stop "$unit"
is Result success || fail "a stop ended with $(of_unit Result)"
systemctl start "$unit"
becomes shows three
passed "values outlive restarts, and a killed service starts again"

# 4. PostgreSQL, away at boot; its password is a credential.
systemctl stop "$unit"
cat >/etc/metabatch/config.toml <<'TEXT'
db = "host=127.0.0.1 user=metabatch dbname=metabatch"
TEXT
(umask 077 && echo '127.0.0.1:*:*:metabatch:opensesame' >/etc/metabatch/pgpass)
systemctl start --no-block "$unit"
pid=0
has_process() { pid=$(of_unit MainPID) && ((pid != 0)); }
becomes has_process
waits() { journalctl -q -u "$unit" --since "@$asked" | grep -qi 'connection refused\|waits\|unreachable'; }
asked=$(date +%s)
becomes waits
[[ $(of_unit MainPID) == "$pid" && $(of_unit NRestarts) == 0 ]] || fail "it gave up while PostgreSQL is away"
systemctl start postgresql
su postgres -c "psql -q -v ON_ERROR_STOP=1" <<'TEXT'
CREATE ROLE metabatch LOGIN PASSWORD 'opensesame';
CREATE DATABASE metabatch OWNER metabatch;
TEXT
becomes is ActiveState active
[[ $(of_unit MainPID) == "$pid" ]] || fail "it was started again"
export PGPASSFILE=/etc/metabatch/pgpass
metabatch init-db --config /etc/metabatch/config.toml >/dev/null
added "$(metabatch agents add --key cpu --config /etc/metabatch/config.toml)"
unset PGPASSFILE
systemctl reload "$unit"
becomes report four
becomes shows four
! journalctl -q -u "$unit" | grep -q opensesame || fail "the password is in the log"
passed "PostgreSQL is waited for, and its password is a secret"

# 5. The package goes, and takes the unit with it.
systemctl stop "$unit"
dpkg --purge metabatch >/dev/null
[[ ! -e /lib/systemd/system/$unit.service ]] || fail "the unit is left after a purge"
echo "container: passed"
