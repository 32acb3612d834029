#!/usr/bin/env bats
# What root in the container puts under the names in its directories, at any
# moment, turns root on the host nowhere else.
# shellcheck disable=SC2030,SC2031 # each test changes its own copy

load helper

CONFIG=/var/openbmp/config
FILE=$CONFIG/openbmpd.conf
DATA=/var/openbmp/mysql
# A file of the host, on a file system that notes every reading.
CANARY=/var/canary/secret
SECRET=the-secret-of-the-host
# Not there: whoever writes through a link to it makes a job of cron's.
JOB=/etc/cron.d/planted
KINDS=(link dangling away fifo character block directory hardlink absent)
# Kinds, and the names that they are under: conf is openbmpd.conf, work what steps may use beside it, all those and the data's.
OPENED=('link conf' 'link work' 'dangling conf' 'dangling work' 'away all' 'fifo all' 'directory all')

setup() {
  open_host
  REAL_PATH=$TESTS/stubs:$PATH
  export REAL_PATH CONFIG DATA CANARY JOB
  export FILE_TIMEOUT_SECONDS=1
  host mkdir -p "${CANARY%/*}" /etc/cron.d "$CONFIG" "$DATA"
  host mount -t tmpfs -o strictatime tmpfs "${CANARY%/*}"
  echo "$SECRET" | write_on_host "$CANARY" 600
  host touch -d 2001-01-01 "$CANARY"
  UNTOUCHED=$(canary)
  export JOBS
  JOBS=$(unseen ls -A "${JOB%/*}")
  printf 'base:\n  listen_mode: v4\n' >"$FAKE/openbmpd.conf"
  prepare_swaps
}
teardown() { close_host; }

# unseen COMMAND…: on the test's host, as no call of a step's.
unseen() { PATH=$REAL_PATH nsenter --mount --net --target "$HOST_PID" -- "$@"; }

# Inode, mode, owner, size and all times.
canary() { unseen stat -c '%i %a %u %g %s %x %y %z' "$CANARY"; }

# prepare_swaps: $FAKE/plant puts something under names of the container's; as
# $FAKE/bin/PROGRAM, $FAKE/wrapper does so before some of the steps' calls.
prepare_swaps() {
  mkdir "$FAKE/wrapped"
  cat >"$FAKE/plant" <<'SCRIPT'
#!/bin/bash
# plant KIND NAMES
PATH=$REAL_PATH
cd "$CONFIG" || exit
case $2 in
conf) names=(openbmpd.conf) ;;
work) names=(.openbmpd.conf.openbmp-aio-ipv6 .openbmpd.conf.openbmp-aio-ipv6.text) ;;
all) names=(openbmpd.conf obmp-mysql-consumer.yml .openbmpd.conf.openbmp-aio-ipv6 .openbmpd.conf.openbmp-aio-ipv6.text "$DATA/ibdata1" "$DATA/openBMP") ;;
esac
for name in "${names[@]}"; do
  # What was there comes back with the kind "former".
  [ -e "$FAKE/former${name//\//%}" ] || [ -L "$name" ] || [ ! -f "$name" ] || cp -p "$name" "$FAKE/former${name//\//%}"
  rm -rf "$name"
  case $1 in
  link) ln -s "$CANARY" "$name" ;;
  dangling) ln -s "$JOB" "$name" ;;
  away) ln -s "${JOB%/*}" "$name" ;;
  fifo) mkfifo "$name" ;;
  # Of /dev/zero, which has no end, and of a disk.
  character) mknod "$name" c 1 5 ;;
  block) mknod "$name" b 7 200 ;;
  directory) mkdir "$name" && ln -s "$CANARY" "$name/inside" ;;
  hardlink) echo "a file of the container's" >other && ln other "$name" ;;
  absent) ;;
  former) [ ! -e "$FAKE/former${name//\//%}" ] || { cp -p "$FAKE/former${name//\//%}" .former && mv -fT .former "$name"; } ;;
  esac
done
touch "$FAKE/planted"
SCRIPT
  cat >"$FAKE/wrapper" <<'SCRIPT'
#!/bin/sh
# Before call number $SWAP_AT of $SWAP_PROGRAM $SWAP_KIND is planted under
# $SWAP_NAMES; with SWAP_BACK what was there comes back before the next call.
name=${0##*/}
number=0
case $SWAP_PROGRAM in
none) echo "$name" $* >>"$FAKE/made" ;;
# Counted by lines that are empty: sh reads byte by byte, and a call may be long.
"$name")
  echo >>"$FAKE/made"
  while read -r _; do number=$((number + 1)); done <"$FAKE/made"
  ;;
esac
once() { PATH=$REAL_PATH mkdir "$FAKE/$1" 2>/dev/null; }
if [ "$name" = "$SWAP_PROGRAM" ] && [ "$number" -ge "$SWAP_AT" ] && once swapped; then
  "$FAKE/plant" "$SWAP_KIND" "$SWAP_NAMES" 2>/dev/null
elif [ -n "$SWAP_BACK" ] && [ -e "$FAKE/planted" ] && once restored; then
  "$FAKE/plant" former "$SWAP_NAMES" 2>/dev/null
fi
IFS=:
for directory in $REAL_PATH; do
  [ ! -x "$directory/$name" ] || break
done
# What a stub calls is none of the steps' own calls.
[ "${directory##*/}" != stubs ] || PATH=$REAL_PATH
exec "$directory/$name" "$@"
SCRIPT
  chmod +x "$FAKE/plant" "$FAKE/wrapper"
}

# attacked STEP [VERB]: runs the step, its calls wrapped, with an end to its time.
attacked() {
  rm -rf "$FAKE"/{made,swapped,planted,restored,former*}
  bundle "$1" >"$FAKE/bundle"
  run --separate-stderr host timeout --kill-after 1 20 bash -euo pipefail -s -- "${2:-apply}" <"$FAKE/bundle"
}

# wrap_calls_of STEP [VERB]: all programs that it calls; how it calls them is in $FAKE/calls-made.
wrap_calls_of() {
  export SWAP_AT=1 SWAP_PROGRAM=none SWAP_BACK=''
  python3 - "$FAKE" <<'SCRIPT'
import os, sys
fake = sys.argv[1]
for directory in os.environ["REAL_PATH"].split(":"):
    for name in os.listdir(directory) if os.path.isdir(directory) else ():
        path = f"{fake}/bin/{name}"
        if not os.path.lexists(path):
            os.symlink(f"{fake}/wrapper", path)
SCRIPT
  attacked "$@"
  [ "$status" -eq 0 ] || {
    echo "not attacked, the step fails: $stderr"
    return 1
  }
  mv "$FAKE/made" "$FAKE/calls-made"
  rm -rf "${FAKE:?}/bin"
  mkdir "$FAKE/bin"
  cut -d ' ' -f 1 "$FAKE/calls-made" | sort -u | while read -r program; do ln -s "$FAKE/wrapper" "$FAKE/bin/$program"; done
}

# unharmed WHAT: the host after an attack.
unharmed() {
  local found harm=''
  found=$(unseen bash -c '
    stat -c "%i %a %u %g %s %x %y %z" "$CANARY"
    [ "$(ls -A "${JOB%/*}")" = "$JOBS" ] || echo "a job of cron'\''s was made"
    grep -rlF --devices=skip '"$SECRET"' /var/openbmp | sed "s/^/the secret is in /"')
  [ "$found" = "$UNTOUCHED" ] || harm="the canary was: $UNTOUCHED; found: $found"
  [[ $(texts_in "$output")$stderr != *"$SECRET"* ]] || harm="the secret is in what the step says"
  [ "$status" -eq 0 ] || [ -n "$stderr" ] || harm="it fails without a word"
  [ "$status" -ne 124 ] && [ "$status" -ne 137 ] || harm="it hangs"
  [ -z "$harm" ] || {
    printf '%s:\n%s\nstatus %s: %s\n' "$1" "$harm" "$status" "$stderr"
    return 1
  }
}

# texts_in RESULT: with the text of openbmpd.conf as it goes to the program.
texts_in() {
  local encoded=''
  case $1 in
  *openbmpdConf*) encoded=$(jq -r '.openbmpdConf // empty' <<<"$1") ;;
  *$'\n'*) encoded=${1#*$'\n'} ;;
  esac
  printf '%s' "$1"
  [ -z "$encoded" ] || base64 -d <<<"$encoded" | gunzip | tr -d '\0'
}

# survives PREPARE CALLS STEP [VERB]: an attack before each call that matches;
# with each kind of OPENED before those that may open something in the directories,
# with one kind after the other before the others. Before what only makes a
# namespace it would be the attack before the call in there.
survives() {
  local prepare=$1 calls=$2 call kind kinds program
  local -A number=()
  shift 2
  "$prepare"
  # The first run claims the host as well.
  attacked "$@"
  "$prepare"
  wrap_calls_of "$@"
  while IFS= read -r call; do
    # Programs that run side by side are called in no certain order.
    program=${call%% *}
    number[$program]=$((${number[$program]:-0} + 1))
    [[ $call =~ $calls && ! $call =~ ^(nsenter|timeout|unshare|bash|mount)\  ]] || continue
    kinds=()
    if [[ $call =~ ^(mkdir|realpath|chmod|rm|sync|jq|docker\ create|stat\ -c\ %[is]|find)\  ]]; then
      :
    elif [[ $call =~ openbmpd.conf|/config ]]; then
      kinds=("${OPENED[@]}")
    elif [[ $call == *" $DATA"* ]]; then
      kinds=('link all' 'dangling all')
    fi
    if [ ${#kinds[@]} -gt 0 ]; then
      for kind in "${kinds[@]}"; do
        attack_at "${number[$program]} $program" "${kind#* }" "${kind% *}" "$@"
      done
    else
      attack_at "${number[$program]} $program" all "${KINDS[ATTACKS % ${#KINDS[@]}]}" "$@"
    fi
  done <"$FAKE/calls-made"
}

# attack_at "NUMBER PROGRAM" NAMES KIND STEP [VERB]: for good, or for one call.
attack_at() {
  export SWAP_AT=${1% *} SWAP_PROGRAM=${1#* } SWAP_NAMES=$2 SWAP_KIND=$3 SWAP_BACK=''
  ATTACKS=$((${ATTACKS:-0} + 1))
  [ $((ATTACKS % 2)) -eq 0 ] || SWAP_BACK=yes
  "$prepare"
  attacked "${@:4}" 3>&-
  [ -e "$FAKE/swapped" ] || {
    echo "no attack before call $1 of ${*:4}"
    return 1
  }
  unharmed "$3 under $2 before call $1 of ${*:4}"
}

# plan OLD NEW: what the program works out, the whole text as one edit.
plan() {
  OLD_SHA256=$(printf '%s' "$1" | sha256sum | cut -d ' ' -f 1)
  NEW_SHA256=$(printf '%s' "$2" | sha256sum | cut -d ' ' -f 1)
  EDITS=("0 ${#1} $(printf '%s' "$2" | base64)")
}

an_empty_directory() { unseen bash -c "chmod 755 /var/openbmp; rm -rf $CONFIG /var/openbmp/.openbmp*; mkdir $CONFIG"; }
a_file() {
  an_empty_directory
  unseen bash -c "printf old >$FILE"
}
a_file_with_two_names() {
  a_file
  unseen ln -f "$FILE" /var/openbmp/other-name
}

@test "while the image's file is copied, and read" { survives an_empty_directory 'openbmp|sha256sum|gzip' collector-config read; }

@test "while openbmpd.conf is written" {
  plan old new
  survives a_file 'openbmp|sha256sum|base64' collector-config
}

@test "while openbmpd.conf is written in place" {
  plan old new
  survives a_file_with_two_names 'whole|%h|^mv|^cat|fsync' collector-config
}

# Deployed, and about to change so that the data is purged.
a_deployment() {
  rm -f "$FAKE/containers"/*
  has_container openbmp_aio Image=openbmp/aio:latest GlobalIPv6Address=fc00:172:17::2 RestartPolicy=always \
    'PortBindings={"5000/tcp": [{"HostIp": "", "HostPort": "5000"}], "8001/tcp": [{"HostIp": "", "HostPort": "8001"}]}' \
    'Mounts=[{"Source": "/var/openbmp/config", "Destination": "/config"}, {"Source": "/var/openbmp/mysql", "Destination": "/data/mysql"}]' \
    'Env=["KAFKA_FQDN=collector.example.net"]'
  a_file
  unseen bash -c "rm -rf $RECORD /var/openbmp/openbmp_aio.before* $DATA*; mkdir $DATA; echo rows >$DATA/ibdata1; echo false >$DATA.pat_enabled"
}

# before_purge: the steps that the start follows are done.
before_purge() {
  step_succeeds ipv6-dnat
  VERIFY=false PAT_ENABLED=true PURGE_STALE_DATA=true
}

@test "while the collector is started on an empty database" {
  a_deployment
  before_purge
  survives a_deployment '/var/openbmp|^date|docker stop' collector-start
  PAT_ENABLED=false
  survives a_deployment 'openbmpd.conf' collector-start
  PAT_ENABLED=true
  a_deployment
  attacked collector-start 3>&-
  # That is what was attacked.
  host bash -c "compgen -G '$DATA.before-*'"
}

@test "while the container is replaced" {
  REPLACE_CONTAINER=true KAFKA_FQDN=other.example.net
  survives a_deployment '^(stat|mkdir|chmod|mv|docker create) .*openbmp' aio-container
}

@test "while status inspects" {
  WANTED='{}' CONTAINER_ID=id-openbmp_aio
  survives a_deployment '^dd|%.9Y|^gzip' status inspect
}

a_recorded_deployment() {
  a_deployment
  change_container openbmp_aio 'Labels={"openbmp-aio-ipv6.spec": "of a deployment"}'
  unseen bash -c "mkdir -p $RECORD; echo $OWNER >$RECORD/owner"
}

@test "while everything is taken away" {
  survives a_recorded_deployment 'openbmp' preflight remove
}

# A process that changes names as fast as it can, all of them in turn.
swap_freely() {
  cat >"$FAKE/free.py" <<'SCRIPT'
import itertools, os
names = ["openbmpd.conf", ".openbmpd.conf.openbmp-aio-ipv6", ".openbmpd.conf.openbmp-aio-ipv6.text"]
config, data, canary, job = (os.environ[name] for name in ("CONFIG", "DATA", "CANARY", "JOB"))

def a_file(name, text="old"):
    with open(name, "w") as file:
        file.write(text)

def a_link(name):
    os.symlink(canary, name)

kinds = [
    *(a_file, a_link, a_file, a_link, a_file, lambda name: os.symlink(job, name)),
    *(a_file, a_link, lambda name: os.link(f"{config}/second-name", name), a_link, a_file, os.mkfifo),
]
for round, kind in enumerate(itertools.cycle(kinds)):
    for name in [f"{config}/{names[0]}", f"{config}/{names[1 + round % 2]}", f"{data}/ibdata1"]:
        try:
            if not os.path.exists(f"{config}/second-name"):
                a_file(f"{config}/second-name")
            kind(f"{config}/.new" if name.startswith(config) else f"{data}/.new")
            os.rename(f"{os.path.dirname(name)}/.new", name)
        except OSError:
            pass
SCRIPT
  in_background python3 "$FAKE/free.py"
}

@test "while names are swapped all the time" {
  local round outcomes=''
  a_deployment
  before_purge
  plan old new
  swap_freely
  for round in 1 2 3 4 5 6 7; do
    PAT_ENABLED=$((round % 2))
    for step in 'collector-config read' collector-config collector-start 'status inspect'; do
      # shellcheck disable=SC2086
      attacked $step 3>&-
      unharmed "round $round of $step"
      outcomes+=$status
    done
  done
  # Some came through, some found what they do not take.
  [[ $outcomes == *0* && $outcomes == *1* ]]
}
