#!/usr/bin/env bats
# Whose the host is: taken by one stack in one move, respected by every step, and
# given back in one move.
# shellcheck disable=SC2030,SC2031 # each test changes its own copy

load helper

setup() {
  open_host
  printf 'base: {}\n' >"$FAKE/openbmpd.conf"
}
teardown() { close_host; }

OTHER=openbmp-aio-ipv6/other

# What a step of this stack does first.
claim_of() {
  printf 'OWNER=%q\n' "$1"
  echo ". '$HOST_SCRIPTS/lib/record.sh'"
  echo claim_host
}

# Claims of all stacks in $FAKE/race, begun at the same moment; each with what it
# said and its exit code.
race() {
  # shellcheck disable=SC2016
  host bash -c 'cd "$0"
    rm -f start
    for stack in *.claim; do
      {
        until [ -e start ]; do :; done
        code=0
        bash -euo pipefail -s <"$stack" 2>"${stack%.claim}.said" || code=$?
        echo "$code" >"${stack%.claim}.code"
      } &
    done
    touch start
    wait' "$FAKE/race"
}

@test "of stacks that come at the same moment one gets the host, and the others are told which" {
  local round stack
  mkdir "$FAKE/race"
  for stack in a b c; do claim_of "p/$stack" >"$FAKE/race/$stack.claim"; done
  for round in {1..40}; do
    host rm -rf "$RECORD"
    race
    winner=$(on_host "$RECORD/owner")
    for stack in a b c; do
      if [ "p/$stack" = "$winner" ]; then
        same 0 "$(cat "$FAKE/race/$stack".{code,said} | paste -sd ' ')"
      else
        same "1 openbmp-aio-ipv6: the host is deployed by the stack $winner: destroy that one first, or take the host over (scripts/stack take-over) where its state is lost" \
          "$(cat "$FAKE/race/$stack".{code,said} | paste -sd ' ')"
      fi
    done
    same owner "$(host ls -A "$RECORD")"
    echo "$winner" >>"$FAKE/winners"
  done
  # They were at the same moment: it is not always the same that wins.
  [ "$(sort -u "$FAKE/winners" | wc -l)" -gt 1 ]
}

@test "the record is root's alone" {
  step_succeeds docker-daemon-config
  same "700 600 $OWNER" "$(host stat -c %a "$RECORD" "$RECORD/owner" | paste -sd ' ') $(on_host "$RECORD/owner")"
}

@test "a record of the same stack stays as it is" {
  write_on_host "$RECORD/owner" 600 <<<"$OWNER"
  local before
  before=$(identity "$RECORD/owner")
  step_succeeds docker-daemon-config
  same "$before" "$(identity "$RECORD/owner")"
}

@test "a record without a name is nobody's to take" {
  write_on_host "$RECORD/owner" 600 </dev/null
  step_refuses "$RECORD/owner names no stack: run again" docker-daemon-config
}

@test "every step refuses a host of another stack before it changes or asks anything" {
  local step before
  write_on_host "$RECORD/owner" 600 <<<"$OTHER"
  has_container openbmp_aio Running=false GlobalIPv6Address=fc00:172:17::2
  OLD_SHA256=none NEW_SHA256=x EDITS=()
  before=$(host_listing)
  for step in "$HOST_SCRIPTS"/steps/*.sh; do
    step=$(basename "$step" .sh)
    # The preflight changes nothing; cloud-init comes before it.
    case $step in preflight | cloud-init) continue ;; esac
    echo "step $step"
    step_refuses "the host is deployed by the stack $OTHER: destroy that one first" "$step"
    same 1 "$(wc -l <<<"$stderr")"
  done
  step_refuses "the host is deployed by the stack $OTHER: destroy that one first" collector-config read
  same "$before" "$(host_listing)"
  same "" "$(calls)"
}

@test "while a stack is taken away the host is not another's" {
  step_succeeds docker-daemon-config
  cut_off_at mv '*released*'
  step_is_cut_off preflight remove
  OWNER=$OTHER
  step_refuses "the host is deployed by the stack openbmp-aio-ipv6/test: destroy that one first" docker-daemon-config
  OWNER=openbmp-aio-ipv6/test
  step_succeeds preflight remove
  run ! host test -e "$RECORD"
}

@test "after that it is the next one's, with nothing of the former record" {
  step_succeeds docker-daemon-config
  cut_off_at mv '*released*' after
  step_is_cut_off preflight remove
  OWNER=$OTHER
  step_succeeds aio-container
  same owner "$(host ls -A "$RECORD")"
  same "$OTHER" "$(on_host "$RECORD/owner")"
  # The removal that was cut off is gone on with, and leaves the other's record.
  OWNER=openbmp-aio-ipv6/test
  step_succeeds preflight remove
  same openbmp-aio-ipv6 "$(host ls /var/lib | grep openbmp)"
  same owner "$(host ls -A "$RECORD")"
}
