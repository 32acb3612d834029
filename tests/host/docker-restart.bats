#!/usr/bin/env bats
# Step docker-restart: the engine restarts only when it must, and the same
# containers run afterwards.

load helper

setup() {
  open_host
  FOUND='{"debug": true}'
  write_on_host "$DAEMON_JSON" <<<"$FOUND"
}
teardown() { close_host; }

restarts() { calls 'systemctl restart docker' | wc -l; }

@test "an engine that already has the prefix on its bridge is not restarted" {
  engine Bridge6=fc00:172:17::/64
  has_container other
  step_succeeds docker-restart
  same 0 "$(restarts)"
  same "" "$output"
}

@test "an engine without IPv6 on its bridge is restarted, once" {
  step_succeeds docker-restart
  says "the default bridge has no IPv6 prefix, fc00:172:17::/64 is configured"
  same fc00:172:17::/64 "$(engine_has Bridge6)"
  step_succeeds docker-restart
  same 1 "$(restarts)"
}

@test "an engine with another prefix on its bridge is restarted" {
  engine Bridge6=fc00:172:99::/64
  step_succeeds docker-restart
  says "the default bridge has fc00:172:99::/64, fc00:172:17::/64 is configured"
  same 1 "$(restarts)"
}

@test "containers that ran run again, oldest first, and stopped ones stay stopped" {
  has_container young StartedAt=2024-03-01T00:00:00Z
  has_container old StartedAt=2024-01-01T00:00:00Z
  has_container always RestartPolicy=always
  has_container stopped Running=false
  has_container by-hand Running=false RestartPolicy=unless-stopped
  step_succeeds docker-restart
  same "always old young" "$(running)"
  same $'docker start id-always\ndocker start id-old\ndocker start id-young' "$(calls 'docker start' | sort -k 3,3)"
  [ "$(calls 'docker start' | grep -n id-old | cut -d : -f 1)" -lt "$(calls 'docker start' | grep -n id-young | cut -d : -f 1)" ]
}

@test "a stopped container with always stays stopped and keeps its policy" {
  has_container stopped Running=false RestartPolicy=always
  step_succeeds docker-restart
  same "" "$(running)"
  same always "$(container stopped RestartPolicy)"
}

@test "a container that failed and was stopped stays stopped and keeps its policy" {
  has_container failed Running=false ExitCode=143 RestartPolicy=on-failure:5
  step_succeeds docker-restart
  same "" "$(running)"
  same on-failure:5 "$(container failed RestartPolicy)"
}

@test "a container that does not start again is named, and the others do start" {
  has_container broken
  has_container other StartedAt=2024-03-01T00:00:00Z
  touch "$FAKE/broken"
  step_succeeds docker-restart
  says "container id-broken ran before the restart of Docker and does not start again"
  same other "$(running)"
}

@test "running --rm and paused containers refuse, each by its name" {
  has_container throwaway AutoRemove=true
  has_container frozen Paused=true
  step_refuses "container throwaway runs with --rm and would vanish" docker-restart
  says "container frozen is paused and would lose its processes"
  same 0 "$(restarts)"
}

@test "restartDocker false refuses while other containers run, and names them" {
  has_container web
  has_container database
  has_container openbmp_aio
  RESTART_DOCKER=false
  step_refuses "restartDocker is false and these containers run: database web" docker-restart
  same 0 "$(restarts)"
  same "database openbmp_aio web" "$(running)"
}

@test "restartDocker false does not refuse when nobody else's containers run" {
  has_container openbmp_aio
  has_container stopped Running=false
  RESTART_DOCKER=false
  step_succeeds docker-restart
  same openbmp_aio "$(running)"
}

@test "live-restore refuses while containers run, and only then" {
  engine LiveRestore=true
  has_container web
  step_refuses "Docker runs with live-restore" docker-restart
  change_container web Running=false
  step_succeeds docker-restart
}

@test "an engine that does not start gets its former daemon.json back, and its containers" {
  has_container web
  has_container stopped Running=false RestartPolicy=always
  # shellcheck disable=SC2016
  cat >"$FAKE/on-restart" <<<'! grep -q fixed-cidr-v6 /etc/docker/daemon.json'
  step_refuses "Docker does not start: unit failed: the journal says why" docker-restart
  says "$DAEMON_JSON is as before, and so is Docker"
  same "$FOUND" "$(on_host "$DAEMON_JSON")"
  same 2 "$(restarts)"
  same web "$(running)"
  same always "$(container stopped RestartPolicy)"
}

@test "after such a failure a new deployment starts from what is there then" {
  cat >"$FAKE/on-restart" <<<'! grep -q fixed-cidr-v6 /etc/docker/daemon.json'
  run_step docker-restart
  rm "$FAKE/on-restart"
  write_on_host "$DAEMON_JSON" <<<'{"debug": false}'
  step_succeeds docker-restart
  step_succeeds preflight remove
  same '{"debug": false}' "$(on_host "$DAEMON_JSON")"
}

# fails_with TEXT: the engine does not start with a daemon.json that has it.
fails_with() { cat >"$FAKE/on-restart" <<<"! grep -q '$1' $DAEMON_JSON"; }

# refused_as_before FILE: the restart fails, and daemon.json is FILE.
refused_as_before() {
  step_refuses "$DAEMON_JSON is as before, and so is Docker" docker-restart
  same "$1" "$(on_host "$DAEMON_JSON")"
}

@test "on a stack that works, an engine that does not start with another prefix gets back the one that worked" {
  local worked keys
  step_succeeds docker-restart
  worked=$(on_host "$DAEMON_JSON")
  keys=$(on_host "$RECORD/daemon.keys")
  has_container web
  FIXED_CIDR_V6=fc00:172:18::/64
  fails_with fc00:172:18
  step_succeeds docker-daemon-config
  refused_as_before "$worked"
  says "has the keys of the earlier deployment again"
  same "fc00:172:17::/64 web" "$(engine_has Bridge6) $(running)"
  same "$keys" "$(on_host "$RECORD/daemon.keys")"
  step_succeeds preflight remove
  same "$FOUND" "$(on_host "$DAEMON_JSON")"
}

@test "what is restored is what the engine last ran with, however often the file changed since" {
  local worked
  step_succeeds docker-restart
  FIXED_CIDR_V6=fc00:172:18::/64
  step_succeeds docker-restart
  worked=$(on_host "$DAEMON_JSON")
  has_container throwaway AutoRemove=true
  FIXED_CIDR_V6=fc00:172:19::/64
  step_refuses "container throwaway runs with --rm" docker-restart
  rm "$FAKE/containers/throwaway"
  FIXED_CIDR_V6=fc00:172:20::/64
  fails_with fc00:172:20
  refused_as_before "$worked"
}

@test "a first deployment that changes before the engine ran with it is undone as a whole" {
  step_succeeds docker-daemon-config
  FIXED_CIDR_V6=fc00:172:18::/64
  fails_with fc00:172:18
  refused_as_before "$FOUND"
  same "" "$(host bash -c "ls $RECORD | grep daemon" || true)"
}

@test "what the user changed in daemon.json stays when another prefix is undone" {
  step_succeeds docker-restart
  FIXED_CIDR_V6=fc00:172:18::/64
  step_succeeds docker-daemon-config
  on_host "$DAEMON_JSON" | jq '.debug = false' | write_on_host "$DAEMON_JSON"
  fails_with fc00:172:18
  run_step docker-restart
  same '{"debug":false,"ipv6":true,"fixed-cidr-v6":"fc00:172:17::/64"}' "$(on_host "$DAEMON_JSON" | jq -c .)"
}

@test "an engine's NAT that is switched on again, and undone, leaves a running collector as it was" {
  local worked
  deployed_by_0_1_in_proxy_mode
  worked=$(on_host "$DAEMON_JSON")
  has_container openbmp_aio RestartPolicy=unless-stopped
  write_on_host /etc/openbmp-aio-ipv6/dnat.conf <<<MODE=proxy
  cat >"$FAKE/on-restart" <<<"grep -q ip6tables $DAEMON_JSON"
  MODE=dnat
  refused_as_before "$worked"
  same openbmp_aio "$(running)"
  rm "$FAKE/on-restart" "$FAKE/containers/openbmp_aio"
  step_succeeds preflight remove
  same "$FOUND" "$(on_host "$DAEMON_JSON")"
}

@test "cut off anywhere on the way back to what worked, the next run gets there" {
  local worked where program pattern when
  has_container openbmp_aio RestartPolicy=unless-stopped
  for where in 'systemctl restart* after' 'mv *daemon.keys' 'mv *daemon.keys after' 'mv *daemon.json' 'mv *daemon.json after' 'docker start*' 'docker start* after'; do
    deployed_by_0_1_in_proxy_mode
    worked=$(on_host "$DAEMON_JSON")
    write_on_host /etc/openbmp-aio-ipv6/dnat.conf <<<MODE=proxy
    change_container openbmp_aio Running=true
    MODE=dnat
    cat >"$FAKE/on-restart" <<<"grep -q ip6tables $DAEMON_JSON"
    step_succeeds docker-daemon-config
    read -r program pattern when <<<"$where"
    cut_off_at "$program" "$pattern" "$when"
    step_is_cut_off docker-restart
    refused_as_before "$worked"
    same openbmp_aio "$(running)"
    rm "$FAKE/on-restart"
    step_succeeds preflight remove
    same "$FOUND" "$(on_host "$DAEMON_JSON")"
  done
}

# restarts_with NAME=SECONDS…: the step, with other limits.
restarts_with() {
  bundle docker-restart | sed "$(printf 's/^%s=.*/&; %s/;' "${1%=*}" "$1")" >"$FAKE/bundle"
  run_bundle apply
  same 1 "$status"
}

@test "an engine that hangs at its start is given up in its time, and undone" {
  has_container web
  # shellcheck disable=SC2016
  cat >"$FAKE/on-restart" <<<'if grep -q fixed-cidr-v6 /etc/docker/daemon.json; then exec sleep 3 >/dev/null 2>&1; fi'
  restarts_with RESTART_SECONDS=1
  says "Docker hangs at its start, for 1 s already: unit failed: the journal says why. $DAEMON_JSON is as before, and so is Docker"
  same "$FOUND" "$(on_host "$DAEMON_JSON")"
  same web "$(running)"
}

@test "an engine that starts and dies is given up in its time, and undone" {
  has_container web
  # shellcheck disable=SC2016
  printf '#!/bin/bash\nPATH=${PATH#*:}\n[ "$1" != version ] || ! grep -q fixed-cidr-v6 /etc/docker/daemon.json || exit 1\nexec docker "$@"\n' >"$FAKE/bin/docker"
  chmod +x "$FAKE/bin/docker"
  restarts_with ANSWER_SECONDS=1
  says "Docker starts, and does not answer within 1 s: unit failed: the journal says why. $DAEMON_JSON is as before, and so is Docker"
  same "$FOUND" "$(on_host "$DAEMON_JSON")"
  same web "$(running)"
}

@test "an engine that starts neither way is said to be down" {
  cat >"$FAKE/on-restart" <<<'false'
  step_refuses "$DAEMON_JSON is as before, and Docker does not start with it either: journalctl -u docker" docker-restart
  same "$FOUND" "$(on_host "$DAEMON_JSON")"
}

@test "a restart without the former containers is a failure and undone; what ran is on record until it runs" {
  has_container web
  has_container mine Running=false RestartPolicy=always
  # The first restart finds other data, the second the former ones again.
  cat >"$FAKE/on-restart" <<<'mkdir "$FAKE/away" 2>/dev/null && mv "$FAKE/containers"/* "$FAKE/away/" || mv "$FAKE/away"/* "$FAKE/containers/"'
  step_refuses "Docker started without containers that it had: mine web. $DAEMON_JSON is as before, and so is Docker" docker-restart
  same "$FOUND" "$(on_host "$DAEMON_JSON")"
  same web "$(running)"
  same always "$(container mine RestartPolicy)"
  host test ! -e "$RECORD/restart.json"
}

@test "where they stay away, that is said, and their record is kept" {
  has_container web
  cat >"$FAKE/on-restart" <<<'mkdir -p "$FAKE/away"; mv "$FAKE/containers"/* "$FAKE/away/" 2>/dev/null || true'
  step_refuses "$DAEMON_JSON is as before, and Docker is still without web: set its data-root back, and run again" docker-restart
  step_refuses "Docker is without containers that it had before its restart (web): set its data-root back; or remove $RECORD/restart.json, where you removed them" docker-restart
  mv "$FAKE/away/web" "$FAKE/containers/web"
  rm "$FAKE/on-restart"
  step_succeeds docker-restart
  same web "$(running)"
}

@test "containers of Swarm and Kubernetes are left to their masters" {
  has_container task 'Labels={"com.docker.swarm.task.id": "x"}'
  has_container pod 'Labels={"io.kubernetes.pod.uid": "x"}' Running=false RestartPolicy=always
  cat >"$FAKE/on-restart" <<<'rm -f "$FAKE/containers/task"'
  step_succeeds docker-restart
  same "" "$(calls 'docker start\|docker update' | grep -v openbmp || true)"
  ! says "task" 2>/dev/null
}

@test "a value that the user set against ours is refused, not overwritten" {
  write_on_host "$DAEMON_JSON" <<<'{"ipv6": false}'
  step_refuses "$DAEMON_JSON sets \"ipv6\" to false, this deployment needs true" docker-restart
  same '{"ipv6": false}' "$(on_host "$DAEMON_JSON")"
  same 0 "$(restarts)"
}

@test "a restart that was cut off is finished at the next run" {
  has_container web
  has_container stopped Running=false RestartPolicy=always
  cut_off_at systemctl 'restart docker.service' after
  step_is_cut_off docker-restart
  step_succeeds docker-restart
  same web "$(running)"
  same always "$(container stopped RestartPolicy)"
  same 1 "$(restarts)"
}

@test "the removal restarts the engine without IPv6, and the same containers run" {
  step_succeeds docker-restart
  has_container web
  step_succeeds preflight remove
  same 2 "$(restarts)"
  same "" "$(engine_has Bridge6)"
  same web "$(running)"
}

@test "the removal says what remains when Docker must not restart" {
  step_succeeds docker-restart
  has_container web
  RESTART_DOCKER=false
  step_succeeds preflight remove
  says "Docker still runs with IPv6 on the default bridge ("
  says "restartDocker is false and these containers run: web"
  same 1 "$(restarts)"
  same "$FOUND" "$(on_host "$DAEMON_JSON")"
}

@test "an engine whose IPv6 NAT comes back restarts once, and a collector whose datapath changes stops first" {
  has_container other
  has_container openbmp_aio RestartPolicy=unless-stopped
  deployed_by_0_1_in_proxy_mode
  write_on_host /etc/openbmp-aio-ipv6/dnat.conf <<<MODE=proxy
  MODE=dnat
  step_succeeds docker-restart
  says 'Docker runs with another "ip6tables" than /etc/docker/daemon.json has'
  says "stopping openbmp_aio: the datapath changes from proxy to dnat"
  same 1 "$(restarts)"
  same other "$(running)"
  step_succeeds docker-restart
  same 1 "$(restarts)"
}

@test "a restart for the engine's NAT that somebody else has done is not done again" {
  deployed_by_0_1_in_proxy_mode
  step_succeeds docker-daemon-config
  engine "EngineStarted=$(($(date +%s) + 5))"
  step_succeeds docker-restart
  same 0 "$(restarts)"
}

@test "the removal gives the engine its IPv6 NAT back" {
  deployed_by_0_1_in_proxy_mode
  step_succeeds preflight remove
  same 1 "$(restarts)"
  same "$FOUND" "$(on_host "$DAEMON_JSON")"
}

@test "the restarted bridge has its IPv6 addresses before it has a container, and searches for duplicates as before" {
  host ip link add docker0 type bridge
  host bash -c 'echo 1 >/proc/sys/net/ipv6/conf/docker0/accept_dad'
  # A bridge has a carrier until it knows that no port has one.
  host ip link add first type veth peer name second
  host ip link set first master docker0
  host ip link del first
  host ip link set docker0 up
  host ip -6 addr add fc00:172:17::1/64 dev docker0
  step_succeeds docker-restart
  same "" "$(host ip link show type veth)"
  same "" "$(host ip -6 addr show dev docker0 tentative)"
  same "1 1" "$(host cat /proc/sys/net/ipv6/conf/docker0/{dad_transmits,router_solicitation_delay} | paste -sd ' ')"
}
