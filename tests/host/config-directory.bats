#!/usr/bin/env bats
# The parent of the container's directories is root's alone; where the
# directories are elsewhere, the steps still work, as carefully.
# shellcheck disable=SC2030,SC2031 # each test changes its own copy

load helper

FILE=/var/openbmp/config/openbmpd.conf
PLACES='[{"Source": "/var/openbmp/config", "Destination": "/config"}, {"Source": "/var/openbmp/mysql", "Destination": "/data/mysql"}'

setup() {
  open_host
  printf 'old' >"$FAKE/openbmpd.conf"
  OLD_SHA256=$(printf old | digest) NEW_SHA256=$(printf new | digest) EDITS=("0 3 $(printf new | base64)")
}
teardown() { close_host; }

digest() { sha256sum | cut -d ' ' -f 1; }

mode() { host stat -L -c %a /var/openbmp; }

# fitting_container [PROPERTY=VALUE…]: one of the user's that can stay.
fitting_container() {
  has_container openbmp_aio Image=openbmp/aio:latest RestartPolicy=always "Mounts=$PLACES]" \
    'PortBindings={"5000/tcp": [{"HostIp": "", "HostPort": "5000"}], "8001/tcp": [{"HostIp": "", "HostPort": "8001"}]}' \
    'Env=["KAFKA_FQDN=collector.example.net"]' "$@"
}

@test "the parent is made for root alone, by whichever step comes to it first" {
  local verb
  for verb in aio-container:apply collector-config:read; do
    host rm -rf /var/openbmp
    step_succeeds "${verb%:*}" "${verb#*:}"
    same 700 "$(mode)"
    [[ $stderr != *"closed /var/openbmp"* ]]
  done
}

@test "a parent that others may enter is closed, the group that somebody gave it may still read" {
  local pair
  for pair in 755:750 777:750 7777:7750 2775:2750 750:750 700:700; do
    host rm -rf /var/openbmp
    host mkdir /var/openbmp
    host chmod "${pair%:*}" /var/openbmp
    host chgrp 4711 /var/openbmp
    step_succeeds aio-container
    same "${pair#*:} 4711" "$(mode) $(host stat -c %g /var/openbmp)"
    [ "${pair%:*}" = "${pair#*:}" ] || says "closed /var/openbmp to users other than root"
  done
}

@test "a deployment that was made with an open parent is found so, and closed by the next run" {
  step_succeeds aio-container
  host chmod 755 /var/openbmp
  WANTED='{}' CONTAINER_ID=$(container openbmp_aio Id)
  step_succeeds status inspect
  jq -r '.differences[].what' <<<"$output" | grep -xF "/var/openbmp is open to users other than root"
  step_succeeds aio-container
  step_succeeds status inspect
  run ! grep -F "is open to users" <<<"$output"
}

@test "a parent of another owner is refused by the preflight and by each step, and stays as it is" {
  local problem="/var/openbmp belongs to daemon, who can put other files in the place of root's: chown root /var/openbmp" step before
  host mkdir /var/openbmp
  host chown daemon /var/openbmp
  before=$(identity /var/openbmp)
  for step in preflight aio-container collector-config; do step_refuses "$problem" "$step"; done
  step_refuses "$problem" collector-config read
  same "$before" "$(identity /var/openbmp)"
  same "" "$(host ls -A /var/openbmp)"
}

@test "a container that can write above its directories is no one to adopt, and the place is named" {
  local place
  for place in /var/openbmp /var / /var/openbmp/; do
    fitting_container "Mounts=$PLACES, {\"Source\": \"$place\", \"Destination\": \"/host\", \"RW\": true}]"
    step_refuses "does not fit (it can write to $place, mounted at /host, in which its own directories are): set replaceContainer" aio-container
  done
  # Not above, or not to write.
  for place in '/var/openbmp", "RW": false, "Destination": "/host' '/var/open", "Destination": "/other' '/srv", "Destination": "/srv' '/var/openbmp/config/mysql", "Destination": "/x'; do
    fitting_container "Mounts=$PLACES, {\"Source\": \"$place\"}]"
    step_succeeds aio-container
    says "adopted the existing"
  done
}

@test "a link that leads to the directory does not hide who can write above it" {
  host mkdir -p /srv/data/config /var/openbmp
  host ln -s /srv/data/config /var/openbmp/config
  fitting_container "Mounts=$PLACES, {\"Source\": \"/srv/data\", \"Destination\": \"/host\"}]"
  step_refuses "it can write to /srv/data, mounted at /host" aio-container
  host rm /var/openbmp/config
  host rmdir /srv/data/config /srv/data
}

@test "the inspection of a container that can write to the parent is not made there" {
  fitting_container Image=other:1 "Mounts=$PLACES, {\"Source\": \"/var/openbmp\", \"Destination\": \"/host\"}]"
  REPLACE_CONTAINER=true
  host mkdir /var/openbmp
  host bash -c 'echo mine >/var/mine'
  local before program
  before=$(identity /var/mine)
  # The container has each name before it is used.
  for program in chmod mv; do
    cat >"$FAKE/bin/$program" <<'STUB'
#!/bin/bash
[[ ${!#} != /var/openbmp/* ]] || ln -sf /var/mine "${!#}"
PATH=${PATH#*:} exec "${0##*/}" "$@"
STUB
    chmod +x "$FAKE/bin/$program"
  done
  step_succeeds aio-container
  same "$before mine" "$(identity /var/mine) $(on_host /var/mine)"
  same "600 1" "$(host find /var/openbmp -name 'openbmp_aio.before-*.json' -type f -printf '%m %n')"
}

# configured: both steps do their work, and leave nothing else.
configured() {
  step_succeeds collector-config read
  same old "$(tail -n +2 <<<"$output" | base64 -d | gunzip)"
  step_succeeds collector-config
  same new "$(on_host "$FILE")"
  same openbmpd.conf "$(host ls -A /var/openbmp/config/)"
  host test ! -e /var/openbmp/.openbmp-aio-ipv6
}

@test "a directory that is a link of the host's, or a mount, is worked in as any other" {
  host mkdir -p /var/openbmp /var/elsewhere
  host ln -s /var/elsewhere /var/openbmp/config
  configured
  same new "$(on_host /var/elsewhere/openbmpd.conf)"
  host rm /var/openbmp/config
  host mkdir /var/openbmp/config
  host mount -t tmpfs tmpfs /var/openbmp/config
  configured
}

@test "cut off anywhere on a mount, the file is whole and the next run finishes" {
  local cut program pattern after
  host mkdir -p /var/openbmp/config
  host mount -t tmpfs tmpfs /var/openbmp/config
  for cut in 'mv:*/new *:' 'mv:*/new *:after' 'sync:*:' 'mv:*openbmpd.conf:' 'mv:*openbmpd.conf:after'; do
    IFS=: read -r program pattern after <<<"$cut"
    printf old | write_on_host "$FILE"
    cut_off_at "$program" "$pattern" "$after"
    step_is_cut_off collector-config
    [[ $(on_host "$FILE") == @(old|new) ]]
    step_succeeds collector-config
    same new "$(on_host "$FILE")"
  done
}

@test "a mount that is read-only is not written to" {
  printf old | write_on_host "$FILE"
  host mount --bind /var/openbmp/config /var/openbmp/config
  host mount -o remount,bind,ro /var/openbmp/config
  step_refuses "cannot be written, nothing was changed" collector-config
  same old "$(on_host "$FILE")"
  # One with several names is opened, not moved.
  host mount -o remount,bind,rw /var/openbmp/config
  host ln "$FILE" "$FILE.linked"
  host mount -o remount,bind,ro /var/openbmp/config
  step_refuses "cannot be written, nothing was changed" collector-config
  same old "$(on_host "$FILE")"
}

# functions_fail TEXT: each that opens the file fails at once, for that reason, whatever was seen there before.
functions_fail() {
  local call
  bundle collector-config | sed '/^run_step /d' >"$FAKE/bundle"
  for call in 'config_text >/var/text' 'config_is_writable' 'overwrite_config /var/new' 'config_attributes /var/attributes'; do
    host rm -f /var/attributes
    run --separate-stderr host timeout 5 bash -euo pipefail -s < <(cat "$FAKE/bundle" && echo "$call")
    case $1,$call in
    # Nobody writes to it.
    FIFO,config_text*) same "0 " "$status $(on_host /var/text)" ;;
    # cp has no way not to wait.
    FIFO,config_attributes*) [ "$status" -eq 124 ] ;;
    # It makes the same link, which is found out.
    *,config_attributes*) [ "$status" -eq 1 ] ;;
    FIFO,*) says "No such device or address" ;;
    *) says "$1" ;;
    esac
  done
}

@test "what is no regular file is not opened, were it put there after the last check" {
  host mkdir -p /var/openbmp/config
  host bash -c 'echo new >/var/new; echo old >/var/old'
  host mknod "$FILE" c 1 5
  functions_fail "Permission denied"
  host ln -sf /var/old "$FILE"
  functions_fail "Too many levels of symbolic links"
  same old "$(on_host /var/old)"
  host ln -sf /var/none "$FILE"
  functions_fail "Too many levels of symbolic links"
  host test ! -e /var/none
  host rm "$FILE"
  host mkfifo "$FILE"
  FILE_TIMEOUT_SECONDS=2 functions_fail FIFO
}

@test "what the image has in place of the file has a limit" {
  truncate -s 20M "$FAKE/openbmpd.conf"
  step_refuses "which has at most 16777216 bytes in it" collector-config read
  same "" "$(host ls -A /var/openbmp/config)"
  host test ! -e /var/openbmp/.openbmp-aio-ipv6
}

@test "no script has a name in the container's directory, but in what it says, besides the library that knows how" {
  cd "$HOST_SCRIPTS"
  local names='\$\{?(FILE|CONSUMERS_FILE|NEXT|CONFIG_DIRECTORY)\b|DATA_DIRECTORY\}?"?/|openbmpd\.conf|/var/openbmp/(config|mysql)'
  grep -nE "$names" -r . | grep -v '^./lib/config-directory.sh:' >"$FAKE/found"
  # Messages and comments, what Docker is told, what is compared, what find shows of a directory that it enters
  # itself, the two directories' own names, and the file inside the image.
  sed -Ei 's/\b(die|say|echo|drift) "([^"\\]|\\.)*"//; s/^([^:]*:[0-9]+:)( *#.*| *(CONFIG|DATA)_DIRECTORY=.*|.*(--volume|--arg|-path|IMAGE_CONFIG=|printf .%s).*)/\1/' "$FAKE/found"
  run ! grep -E "^[^:]*:[0-9]+:.*($names)" "$FAKE/found"
  same "" "$output"
}
