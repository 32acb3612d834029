#!/usr/bin/env bats
# Step cloud-init: waits for the VM's first boot, and says what failed in it.

bats_require_minimum_version 1.5.0

setup() {
  FAKE=$BATS_TEST_TMPDIR/bin
  mkdir -p "$FAKE"
  export OUTPUT_LOG=$BATS_TEST_TMPDIR/output.log DATA_VOLUME=$BATS_TEST_TMPDIR/data-volume CLOUD_INIT_TIMEOUT_SECONDS=1
  printf '%s\n' 'Setting up docker.io' 'E: Unable to locate package conntrack' >"$OUTPUT_LOG"
  fake "$DATA_VOLUME" 'echo grown >&2'
  fake "$FAKE/journalctl" 'echo "the journal of $2" >&1'
  fake "$FAKE/systemctl" 'case $1 in
    is-active) exit 0 ;;
    list-units) echo "cloud-final.service loaded failed failed Cloud-init: Final Stage" ;;
    *) echo "unexpected: systemctl $*" >&2; exit 97 ;;
  esac'
}

# fake FILE TEXT: a command that does that.
fake() {
  printf '#!/bin/bash\n%s\n' "$2" >"$1"
  chmod +x "$1"
}

# cloud_init_exits CODE
cloud_init_exits() {
  fake "$FAKE/cloud-init" "case \$2 in
    --wait) ${2:-} exit $1 ;;
    --long) echo 'status: error - the long story' ;;
  esac"
}

step() {
  run --separate-stderr env "PATH=$FAKE:$PATH" bash -euo pipefail -s -- apply <<SCRIPT
DATA_VOLUME_GB=50
$(cat "$BUNDLES/cloud-init")
SCRIPT
}

# says TEXT…: progress and error hold each.
says() {
  local text
  for text; do
    # shellcheck disable=SC2154 # bats sets it
    [[ $stderr == *"$text"* ]] || {
      echo "missing \"$text\" in: $stderr"
      return 1
    }
  done
}

@test "a first boot that went well is told, and lets the volume grow" {
  cloud_init_exits 0
  step
  [ "$status" -eq 0 ]
  [ "$output" = "" ]
  says grown
}

@test "errors that cloud-init recovered from are told, and do not stop the step" {
  cloud_init_exits 2
  step
  [ "$status" -eq 0 ]
  says "recovered from" "the long story"
}

@test "a first boot that failed is told with the failing unit's last lines and the log's" {
  cloud_init_exits 1
  step
  [ "$status" -ne 0 ]
  says "cloud-init failed on the new VM" "the long story" "E: Unable to locate package conntrack" "the journal of cloud-final.service" "up --replace '**::host-instance'"
  [ "$output" = "" ]
}

@test "logs and journals are told as plain text, from their end and not without end" {
  cloud_init_exits 1
  fake "$FAKE/cloud-init" 'case $2 in --wait) exit 1 ;; --long) printf "the long story\e]0;title\a\x9b" ;; esac'
  fake "$FAKE/journalctl" 'head -c 100000 /dev/zero | tr "\0" x; printf "\nthe last\x9b line\n"'
  { head -c 100000 /dev/zero && printf '\e[2Jthe end of the log\n'; } >"$OUTPUT_LOG"
  step
  [ "$status" -ne 0 ]
  says "the long story?]0;title??" "the last? line" "?[2Jthe end of the log"
  [ "$(LC_ALL=C tr -d ' -~\n' <<<"$stderr" | wc -c)" -eq 0 ]
  [ "${#stderr}" -lt 14000 ]
}

@test "a first boot that does not end is told with where it stands" {
  cloud_init_exits 0 "sleep 5;"
  step
  [ "$status" -ne 0 ]
  says "cloud-init is not done after 1 s" "the long story"
}

@test "a data volume that is not mounted is refused with its unit's last lines" {
  cloud_init_exits 0
  fake "$FAKE/systemctl" 'exit 3'
  step
  [ "$status" -ne 0 ]
  says "the data volume is not mounted" "the journal of openbmp-aio-ipv6-data.service"
}
