#!/usr/bin/env bats
# What scripts/stack take-over asks the host: what its record says, and a new owner for it.
# shellcheck disable=SC2030,SC2031 # each test changes its own copy

load helper

OTHER=openbmp-aio-ipv6/other
CURRENT_OWNER=$OTHER

setup() { open_host; }
teardown() { close_host; }

# recorded FILE: with what is on stdin, as the steps write it.
recorded() { write_on_host "$RECORD/$1" 600; }

owned_by() { recorded owner <<<"$1"; }

# told FILTER: what jq makes of the record that is shown.
told() {
  step_succeeds record inspect
  jq -rc "$1" <<<"$output"
}

# words FILE: what is told of it.
words() { told ".facts[] | select(.file == \"$1\") | .words"; }

@test "a host without a record has no owner" {
  same '{"owner":null,"since":null,"facts":[]}' "$(told .)"
}

@test "the owner is told, and since when, and nothing is changed" {
  local before
  owned_by "$OTHER"
  host touch --date 2024-02-03T04:05:06Z "$RECORD/owner"
  before=$(host_listing)
  same "$OTHER 2024-02-03T04:05:06Z" "$(told '"\(.owner) \(.since)"')"
  same "$before" "$(host_listing)"
}

@test "what the steps of a deployment recorded is told in words" {
  OWNER=$OTHER
  write_on_host "$DAEMON_JSON" <<<'{"log-driver": "json-file"}'
  step_succeeds docker-daemon-config
  same "IPv6 forwarding (net.ipv6.conf.all.forwarding) was $(host cat /proc/sys/net/ipv6/conf/all/forwarding)" "$(words forwarding)"
  same "there was a $DAEMON_JSON" "$(words daemon.found)"
  same "the original $DAEMON_JSON, of 28 bytes" "$(words daemon.before)"
  same "set in $DAEMON_JSON, besides the original keys: ipv6, fixed-cidr-v6" "$(words daemon.keys)"
  same "versions of $DAEMON_JSON that were written: 1" "$(words daemon.written)"
}

@test "every file of the record's table is told, and one that is none of it is named" {
  local file files
  files=$(sed -nE '/^# file /,/^$/s/^# ([a-z_-]+(\.[a-z-]+)?) .*/\1/p' "$HOST_SCRIPTS/lib/record.sh" | grep -v '^file$')
  [ "$(wc -l <<<"$files")" -gt 15 ]
  for file in $files; do recorded "$file" <<<x; done
  owned_by "$OTHER"
  same "" "$(told '.facts[] | select(.words | startswith("no file of this version")) | .file')"
  same "$(grep -v '^owner$' <<<"$files" | LC_ALL=C sort)" "$(told '.facts[].file' | LC_ALL=C sort)"
  recorded another <<<x
  same another "$(told '.facts[] | select(.words | startswith("no file of this version")) | .file')"
}

@test "a container that was backed up, and a login that was replaced, are told" {
  owned_by "$OTHER"
  recorded container.before <<<'{"running": true, "restart": {"Name": "always"}}'
  recorded rest-login.former <<<'replaced 6F70 2A41'
  same "the original container openbmp_aio is backed up as openbmp_aio.before; it ran" "$(words container.before)"
  same "the image's own login of the REST API was replaced" "$(words rest-login.former)"
  recorded rest-login.former <<<'removed 6F70 2A41'
  same "the image's own login of the REST API was removed" "$(words rest-login.former)"
}

@test "nothing of a file that may hold secrets is told, nor given to a program" {
  local file
  owned_by "$OTHER"
  for file in daemon.before daemon.previous container.inspection rest-login rest-login.former; do
    recorded "$file" <<<'replaced SECRET1 SECRET2'
  done
  recorded daemon.keys <<<'{"ipv6": "SECRET3"}'
  recorded container.before <<<'{"running": false, "Env": ["PASSWORD=SECRET4"]}'
  traced_step record inspect
  same 0 "$status"
  same 7 "$(jq '.facts | length' <<<"$output")"
  [[ $output$stderr != *SECRET* ]]
  not_started_with SECRET
}

@test "whatever is in its files, the answer is one JSON text of limited length" {
  owned_by $'p/\e]0;owned\a'
  host bash -c 'printf "\e[2J\0\xff\n\"; rm -rf" >"$0/accept_ra"; head -c 1000000 /dev/zero | tr "\0" x >"$0/forwarding"
    echo "{\"$(head -c 100000 /dev/zero | tr "\0" k)\\u001b\": 1}" >"$0/daemon.keys"; echo "[" >"$0/container.before"; : >"$0/restart.json"
    touch "$0/$(printf "a\nb\e[31m")"' "$RECORD"
  same '"p/\u001b]0;owned\u0007"' "$(told '.owner | tojson')"
  [ "$(wc -c <<<"$output")" -lt 4000 ]
  [[ $output != *$'\e'* ]]
  same "the original container openbmp_aio is backed up as openbmp_aio.before; it cannot be read" "$(words container.before)"
  same '"a\nb\u001b[31m"' "$(told '.facts[].file | select(startswith("a\n")) | tojson')"
}

@test "an owner's file without a name is refused, as the steps refuse it" {
  recorded owner </dev/null
  step_refuses "$RECORD/owner names no stack" record inspect
}

@test "the new owner has the host, with all of the record" {
  local before
  owned_by "$OTHER"
  recorded forwarding <<<0
  before=$(identity "$RECORD/forwarding")
  step_succeeds record take
  same "$OWNER 600" "$(on_host "$RECORD/owner") $(host stat -c %a "$RECORD/owner")"
  same "$before" "$(identity "$RECORD/forwarding")"
  same $'forwarding\nowner' "$(host ls -A "$RECORD")"
  step_succeeds docker-daemon-config
  OWNER=$OTHER
  step_refuses "the host is deployed by the stack openbmp-aio-ipv6/test: destroy that one first, or take the host over" docker-daemon-config
}

@test "a host that is another's by now stays so" {
  local before
  owned_by p/third
  before=$(host_listing)
  step_refuses "the host is the stack p/third's by now, no longer $OTHER's, and nothing was changed" record take
  same "$before" "$(host_listing)"
}

@test "a host that has no record any more gets none" {
  step_refuses "the host has no record any more, and nothing was changed" record take
  run ! host test -e "$RECORD"
}

@test "cut off in the middle, the host has the former owner or the new one, by its whole name" {
  owned_by "$OTHER"
  cut_off_at mv "*$RECORD/owner"
  step_is_cut_off record take
  same "$OTHER" "$(on_host "$RECORD/owner")"
  cut_off_at mv "*$RECORD/owner" after
  step_is_cut_off record take
  same "$OWNER" "$(on_host "$RECORD/owner")"
}

# takers ROUND: two stacks that were shown the same owner, at the same moment.
takers() {
  local stack
  for stack in a b; do
    OWNER=p/$stack
    bundle record >"$FAKE/$stack.take"
  done
  # shellcheck disable=SC2016
  host bash -c 'cd "$0"
    rm -f start
    for stack in a b; do
      {
        until [ -e start ]; do :; done
        code=0
        bash -euo pipefail -s -- take <"$stack.take" >/dev/null 2>"$stack.said" || code=$?
        echo "$code" >"$stack.code"
      } &
    done
    touch start
    wait' "$FAKE"
}

@test "of two that take it over at the same moment one gets it, and the other is told so" {
  local round winner loser
  for round in {1..20}; do
    owned_by "$OTHER"
    takers
    winner=$(on_host "$RECORD/owner")
    [ "$winner" = p/a ] && loser=b || loser=a
    same "0 1" "$(cat "$FAKE/${winner#p/}.code") $(cat "$FAKE/$loser.code")"
    grep -qF "the host is the stack $winner's by now" "$FAKE/$loser.said"
  done
}

@test "after it, destroy puts the host back as it was first found" {
  local before
  write_on_host "$DAEMON_JSON" <<<'{"log-driver":   "json-file"}'
  before=$(on_host "$DAEMON_JSON")
  OWNER=$OTHER
  step_succeeds docker-daemon-config
  OWNER=openbmp-aio-ipv6/test
  step_succeeds record take
  step_succeeds docker-daemon-config
  step_succeeds preflight remove
  same "$before" "$(on_host "$DAEMON_JSON")"
  run ! host test -e "$RECORD"
}
