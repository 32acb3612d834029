#!/usr/bin/env bats
# How the collector stops: its database is asked to end first, by a real shell
# in a process namespace of its own; and when Docker stops, whoever stops it.
# shellcheck disable=SC2030,SC2031 # each test changes its own copy

load helper

setup() { open_host; }
teardown() { close_host; }

PROGRAM=/usr/local/lib/openbmp-aio-ipv6/openbmp-close-database
DROP_IN=/etc/systemd/system/docker.service.d/openbmp-aio-ipv6-database.conf

# with_library COMMAND…: of lib/stopping.sh, on the test's host.
with_library() {
  run --separate-stderr host bash -euo pipefail -c '. "$0/lib/stopping.sh"; "$@"' "$HOST_SCRIPTS" "$@"
}

# stopping SECONDS [PROPERTY=VALUE…]: the collector is stopped with so many.
stopping() {
  : >"$FAKE/calls"
  has_container openbmp_aio "${@:2}"
  with_library stop_container openbmp_aio
  same 0 "$status"
  same "docker stop --time $1 openbmp_aio" "$(calls 'docker stop')"
  same "" "$(running)"
}

@test "a database that ended leaves nothing to wait for, and is asked before" {
  stopping 1 DatabaseExit=0
  same $'docker exec --user 0 openbmp_aio sh -c \ndocker stop --time 1 openbmp_aio' "$(calls 'docker (exec|stop)')"
}

@test "without a database, openbmpd is asked to end while the container stops" {
  stopping 120 DatabaseExit=3
  same "docker exec --detach --user 0 openbmp_aio sh -c " "$(calls 'docker exec --detach')"
  same "" "$stderr"
}

@test "a container without a shell is stopped plainly" {
  stopping 120 DatabaseExit=127
  not_called 'docker exec --detach'
  same "" "$stderr"
}

@test "a database that does not end in time is named, and gets Docker's time" {
  stopping 120 DatabaseExit=124
  says "the database in openbmp_aio does not end within 60 s: Docker gives it 120 s more, and kills it then"
}

@test "a paused container runs on before it is asked, one that is stopped is not asked" {
  stopping 1 Paused=true DatabaseExit=0
  same $'docker unpause openbmp_aio' "$(calls unpause)"
  stopping 120 Running=false DatabaseExit=0
  not_called 'docker exec'
}

@test "a container that sees other processes is not asked: their databases would end as well" {
  stopping 120 'HostConfig="PidMode": "host"' DatabaseExit=0
  not_called 'docker exec'
}

@test "an engine that hangs ends nothing, within the limit" {
  has_container openbmp_aio
  printf '#!/bin/bash\n[ "$1" != exec ] || exec sleep 60\nPATH=${PATH#*:} exec docker "$@"\n' >"$FAKE/bin/docker"
  chmod +x "$FAKE/bin/docker"
  run --separate-stderr host bash -euo pipefail -c '. "$0/lib/stopping.sh"; DATABASE_SECONDS=0.2; close_database openbmp_aio' "$HOST_SCRIPTS"
  same 2 "$status"
}

# in_container COMMANDS [PROCESS_1]: runs them before the script, as a container's process 1
# would, and prints the script's exit code and which of its processes are left.
# A database is a shell with its name, because a shell's trap says how it ended.
in_container() {
  cp /bin/bash "$FAKE/mariadbd"
  cp /bin/bash "$FAKE/mysqld"
  # shellcheck disable=SC2016
  run --separate-stderr timeout 20 unshare --pid --fork --mount-proc "${2:-bash}" -c '
    cd "$0"
    . "$1/lib/common.sh"
    . "$1/lib/stopping.sh"
    eval "$2"
    until [ "$(ls ready.* 2>/dev/null | wc -l)" = "$databases" ]; do sleep 0.05; done
    status=0
    timeout 5 sh -c "$DATABASE_SCRIPT" || status=$?
    echo "status $status: $(cat ended.* 2>/dev/null | sort | paste -sd " ")"' "$FAKE" "$HOST_SCRIPTS" "$1"
}

# A database that writes for a while before it ends.
# shellcheck disable=SC2016
DATABASE='database() { ./"$1" -c "trap \"sleep 0.3; echo $1 >ended.$1; exit\" TERM; touch ready.$1; while :; do sleep 0.05; done" & }; '

@test "each database process gets SIGTERM and is waited for, nothing else ends" {
  # shellcheck disable=SC2016
  in_container "$DATABASE"'database mariadbd; database mysqld; sleep 100 & databases=2; trap "kill -0 $! && echo other runs" EXIT'
  same $'status 0: mariadbd mysqld\nother runs' "$output"
}

@test "a database that is the first process is left to Docker, which stops it by the container's own signal" {
  in_container 'databases=0' "$FAKE/mariadbd"
  same "status 3: " "$output"
}

@test "without a database the script says so" {
  in_container 'databases=0; ./mariadbd -c "exit" & sleep 0.2'
  same "status 3: " "$output"
}

@test "a database that ignores SIGTERM is waited for until the limit" {
  in_container './mariadbd -c "trap \"\" TERM; touch ready.1; while :; do sleep 0.05; done" & databases=1'
  same "status 124: " "$output"
}

@test "a database that nobody waits for has ended" {
  # Its parent never reaps it.
  in_container './mysqld -c "./mariadbd -c \"trap exit TERM; touch ready.1; while :; do sleep 0.05; done\" & exec sleep 100" & databases=1'
  same "status 0: " "$output"
}

@test "openbmpd gets SIGTERM, nothing else ends" {
  cp /bin/bash "$FAKE/openbmpd"
  # shellcheck disable=SC2016
  run --separate-stderr timeout 20 unshare --pid --fork --mount-proc bash -c '
    cd "$0"
    . "$1/lib/common.sh"
    . "$1/lib/stopping.sh"
    ./openbmpd -c "trap \"echo told; exit\" TERM; while :; do sleep 0.05; done" & told=$!
    sleep 100 & other=$!
    sh -c "$OPENBMPD_SCRIPT"
    wait "$told"
    kill -0 "$other" && echo other runs' "$FAKE" "$HOST_SCRIPTS"
  same $'told\nother runs' "$output"
}

@test "the container's step has docker.service ask before its daemon ends, and its second run changes nothing" {
  step_succeeds aio-container
  same "755 $CLOSING_PROGRAM_TEXT" "$(host stat -c %a "$PROGRAM") $(on_host "$PROGRAM")"
  same "$CLOSING_DROP_IN_TEXT" "$(on_host "$DROP_IN")"
  same 1 "$(calls 'systemctl daemon-reload' | wc -l)"
  step_succeeds aio-container
  same 1 "$(calls 'systemctl daemon-reload' | wc -l)"
}

@test "cut off before systemd read it, the next run has it read" {
  cut_off_at systemctl daemon-reload
  step_is_cut_off aio-container
  step_succeeds aio-container
  same 1 "$(calls 'systemctl daemon-reload' | wc -l)"
}

@test "destroy leaves docker.service as it was, and what somebody else adds to it" {
  step_succeeds aio-container
  step_succeeds preflight remove
  host test ! -e /etc/systemd/system/docker.service.d
  host test ! -e /usr/local/lib/openbmp-aio-ipv6
  write_on_host /etc/systemd/system/docker.service.d/proxy.conf <<<'[Service]'
  step_succeeds aio-container
  step_succeeds preflight remove
  same proxy.conf "$(host ls /etc/systemd/system/docker.service.d)"
}

# docker_stops [VARIABLE=VALUE…]: as docker.service runs the program.
docker_stops() {
  : >"$FAKE/calls"
  # Without the variables that a systemd of the test machine's may have set.
  run host env --unset MAINPID "$@" bash "$PROGRAM"
  same 0 "$status"
}

@test "when Docker stops, the database is asked, and the container is not stopped" {
  step_succeeds aio-container
  change_container openbmp_aio Running=true DatabaseExit=0
  docker_stops MAINPID=1
  same "the database in openbmp_aio has ended" "$output"
  not_called 'docker stop'
  change_container openbmp_aio DatabaseExit=124
  docker_stops MAINPID=1
  same "the database in openbmp_aio did not end within 60 s" "$output"
}

@test "a daemon that died asks nobody, and one with live-restore only where the host goes down" {
  step_succeeds aio-container
  change_container openbmp_aio Running=true DatabaseExit=0
  docker_stops
  not_called 'docker'
  engine LiveRestore=true
  docker_stops MAINPID=1
  not_called 'docker exec'
  touch "$FAKE/going-down"
  docker_stops MAINPID=1
  same "the database in openbmp_aio has ended" "$output"
}
