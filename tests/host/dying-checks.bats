#!/usr/bin/env bats
# A check that dies is a failure, never one that found nothing.
# shellcheck disable=SC2030,SC2031 # each test changes its own copy

load helper
load network

setup() {
  open_host
  interface uplink0 2001:db8:1::10/64
}
teardown() { close_host; }

# dying PROGRAM PATTERN COMMAND…: while each call of the program with such arguments fails, as no
# refusal of its own does.
dying() {
  cat >"$FAKE/bin/$1" <<STUB
#!/bin/bash
PATH=\${PATH#*:}
pattern=$(printf %q "$2")
if [[ "\$*" == \$pattern ]]; then
  touch "$FAKE/died"
  exit 7
fi
exec $1 "\$@"
STUB
  chmod +x "$FAKE/bin/$1"
  "${@:3}"
  rm "$FAKE/bin/$1" "$FAKE/died"
}

# ends_at CHECK STEP [VERB]: the step ends for the check, and gives no result.
ends_at() {
  run_step "${@:2}"
  same 1 "$((status != 0))"
  says "openbmp-aio-ipv6: the check $1 failed (exit code "
  same "" "$output"
}

@test "the preflight passes no host that one of its checks could not make" {
  dying ip '-json -details addr show' ends_at check_ipv6 preflight
  ROUTER_FACING_ADDRESS=2001:db8:1::10
  dying ip '-6 -oneline addr show to 2001:db8:1::10' ends_at check_ipv6 preflight
  ROUTER_FACING_ADDRESS=''
  dying ip '-6 route show table all root *' ends_at check_prefix_overlap preflight
  host mkdir /var/openbmp
  dying stat '-L -c %u?%U /var/openbmp' ends_at parent_problem preflight
  dying docker 'info *' ends_at check_docker preflight
  dying jq '*any(.SecurityOptions*' ends_at check_docker preflight
  dying jq '*this deployment needs*' ends_at configuration_problems preflight
  dying systemctl 'show --property MainPID *' ends_at configuration_problems preflight
  dying jq '*--arg flags*--arg mode*' ends_at configuration_problems preflight
  dying docker 'info --format {{.DockerRootDir}}' ends_at check_restart preflight
  dying docker 'network inspect *EnableIPv6* bridge' ends_at check_restart preflight
  dying docker 'ps --quiet --no-trunc' ends_at check_restart preflight
  dying awk '*MemTotal*' ends_at check_image_needs preflight
  dying docker 'ps --filter *' ends_at check_ports preflight
}

@test "no container is adopted, backed up or named fit by a check that died" {
  fitting_container
  dying jq '*--arg config /var/openbmp/config*' ends_at container_problem preflight
  dying jq '*--rawfile ports*' refused_step aio-container
  dying jq '*--arg published*' refused_step aio-container
  not_called 'docker (create|rm|stop|update|rename)'
}

# refused_step STEP [VERB]: it fails, and gives no result.
refused_step() {
  run_step "$@"
  same 1 "$((status != 0))"
  same "" "$output"
}

@test "a restart that was never judged is not made" {
  has_container other
  dying docker 'ps --quiet --no-trunc' refused_step docker-restart
  dying docker 'info --format {{.LiveRestoreEnabled}}' refused_step docker-restart
  dying jq '*AutoRemove*' refused_step docker-restart
  same other "$(running)"
  not_called 'systemctl restart'
}

@test "who may stay is known before any session is ended" {
  docker_bridge
  step_succeeds ipv6-dnat
  host rm -f /etc/openbmp-aio-ipv6/dnat.conf
  dying ip '-oneline address show' ends_at allowed_peers ipv6-dnat
}

@test "status says nothing where something of a step could not be inspected" {
  local pattern
  docker_bridge
  install_steps
  while IFS=: read -r program pattern; do
    echo "while $program $pattern fails"
    dying "$program" "$pattern" refused_step status inspect
  done <<'CHECKS'
jq:*this deployment needs*
docker:network inspect *EnableIPv6* bridge
stat:-L -c %u?%U /var/openbmp
docker:container inspect --format {{.Id}} openbmp_aio
jq:*--rawfile environment*
systemctl:show --property NeedDaemonReload*
sha256sum:*
ip6tables:-w 10 -t nat -S
ip6tables:-w 10 -S
ip6tables-save:*
CHECKS
}
