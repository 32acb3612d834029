#!/usr/bin/env bats
# How steps speak: what containers, registries and users of the host wrote goes
# to an operator's terminal as text, and not without end.
# shellcheck disable=SC2016 # the library's own words

bats_require_minimum_version 1.5.0

SCRIPTS=$BATS_TEST_DIRNAME/../../scripts/host

setup() {
  FAKE=$BATS_TEST_TMPDIR/bin
  mkdir -p "$FAKE"
  # All bytes that a text can have, each once.
  local number
  for number in {1..255}; do printf '%b' "\\x$(printf %02x "$number")"; done >"$BATS_TEST_TMPDIR/bytes"
}

# runs TEXT: with the library; a file for each stream.
runs() {
  printf '%s\n' ". '$SCRIPTS/lib/common.sh'" "BYTES=\$(cat '$BATS_TEST_TMPDIR/bytes')" "$1" >"$BATS_TEST_TMPDIR/script"
  STATUS=0
  PATH="$FAKE:$PATH" bash -euo pipefail "$BATS_TEST_TMPDIR/script" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" <<<"the input" || STATUS=$?
}

# fake_docker TEXT: what it does.
fake_docker() {
  printf '#!/bin/bash\n%s\n' "$1" >"$FAKE/docker"
  chmod +x "$FAKE/docker"
}

# plain FILE: nothing but printable ASCII and line breaks is in it, and something is.
plain() {
  [ -s "$1" ]
  [ "$(LC_ALL=C tr -d ' -~\n' <"$1" | wc -c)" -eq 0 ] || {
    od -c "$1"
    return 1
  }
}

said() { cat "$BATS_TEST_TMPDIR/err"; }

@test "a message is printable ASCII and line breaks, whatever is in it, in every locale" {
  local locale verb
  for locale in C C.UTF-8; do
    for verb in say die; do
      LC_ALL=$locale runs "$verb \"\$BYTES\""
      plain "$BATS_TEST_TMPDIR/err"
      grep -qF 'ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefghijklmnopqrstuvwxyz{|}~' "$BATS_TEST_TMPDIR/err"
    done
  done
}

@test "lines stay lines, tabs become spaces, and the locale of the step stays" {
  LC_ALL=C.UTF-8 runs $'say $\'one\\n\\ttwo\\e[31m\\r\'; text=\xc3\xa9; echo "${#text}"'
  [ "$(said)" = $'one\n two?[31m?' ]
  [ "$(cat "$BATS_TEST_TMPDIR/out")" = 1 ]
}

@test "a message has an end" {
  runs 'say "$(printf "%100000s" x)"'
  [ "$(said | wc -c)" -eq 4001 ]
}

@test "what Docker says on stderr is said as our own words are; its output and its status stay" {
  fake_docker "cat '$BATS_TEST_TMPDIR/bytes'; cat '$BATS_TEST_TMPDIR/bytes' >&2; exit 7"
  runs 'docker start openbmp_aio'
  [ "$STATUS" -eq 7 ]
  cmp "$BATS_TEST_TMPDIR/bytes" "$BATS_TEST_TMPDIR/out"
  plain "$BATS_TEST_TMPDIR/err"
  grep -qF 'ABCDEFGHIJKLMNOPQRSTUVWXYZ' "$BATS_TEST_TMPDIR/err"
}

@test "Docker gets its input and the files that are made for it, and may say more than is shown" {
  fake_docker 'cat - "$1"; head -c 1000000 /dev/zero | tr "\0" x >&2; echo done'
  runs 'docker <(echo "a file")'
  [ "$STATUS" -eq 0 ]
  [ "$(cat "$BATS_TEST_TMPDIR/out")" = $'the input\na file\ndone' ]
  [ "$(said | wc -c)" -eq 4001 ]
}

@test "Docker's words are no longer shown where they are not wanted, and are read where they are" {
  fake_docker 'echo "no such container" >&2; exit 1'
  runs 'docker version 2>/dev/null || words=$(docker version 2>&1) || echo "it says: $words"'
  [ "$(cat "$BATS_TEST_TMPDIR/out")" = "it says: no such container" ]
  [ -z "$(said)" ]
}

@test "a Docker that is not there is not taken for one" {
  runs 'PATH=/nowhere; have docker || echo missing'
  [ "$(cat "$BATS_TEST_TMPDIR/out")" = missing ]
}

@test "the beginning of endless lines is taken, and who writes them does not fail" {
  runs '{ head -c 1000000 /dev/zero | tr "\0" x; } | message_head | wc -c'
  [ "$STATUS" -eq 0 ]
  [ "$(cat "$BATS_TEST_TMPDIR/out")" -eq 4000 ]
}

@test "that a step goes on is said after a time of silence only" {
  runs 'SILENCE_SECONDS=1
    speaking_apply() { for _ in 1 2 3 4 5; do say word; sleep 0.5; done; }
    silent_apply() { say word; sleep 1.6; }
    run_step speaking apply
    run_step silent apply'
  [[ $(said) == $'word\nword\nword\nword\nword\nword\nsilent goes on after '[34]" s" ]] || {
    said
    return 1
  }
}
