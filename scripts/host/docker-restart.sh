# shellcheck shell=bash disable=SC2034 # the libraries read some
# Step: the engine runs with what daemon.json asks for.
# Input: OWNER, MODE, FIXED_CIDR_V6, RESTART_DOCKER.

# A change that costs the host its engine or its default route is taken back.
undo() {
  restore_daemon_json
  record_containers
  systemctl reset-failed docker.service 2>/dev/null || true
  if systemctl restart docker.service && wait_for_engine; then
    restore_containers
  else
    say "Docker does not start with the former $DAEMON_JSON either"
  fi
  bring_back_route "$1"
  rm -f "$RECORD"/daemon.* "$RECORD/engine.stale"
}

main() {
  local reason problems routes
  open_record
  # A restart that was cut off is finished first.
  restore_containers
  problems=$(daemon_json_problems)
  [ -z "$problems" ] || die "$problems"
  # A restart that was undone has put the former file back.
  apply_daemon_json
  reason=$(engine_restart_reason "$FIXED_CIDR_V6")
  if [ -z "$reason" ]; then
    keep_default_route
    say "Docker already runs with $FIXED_CIDR_V6 on the default bridge"
  else
    problems=$(engine_restart_problems)
    [ -z "$problems" ] || die "$problems"
    say "$reason"
    routes=$(default_routes)
    FORWARDING_BEFORE=$(cat /proc/sys/net/ipv6/conf/all/forwarding)
    stop_for_other_way
    prepare_engine_restart
    if ! restart_engine; then
      undo "$routes"
      die "$RESTART_FAILURE. $DAEMON_JSON and Docker are as before"
    fi
    reason=$(engine_restart_reason "$FIXED_CIDR_V6")
    [ -z "$reason" ] || die "Docker restarted, but $reason"
    settle_bridge
  fi
  jq -cn --arg engine "$(docker version --format '{{.Server.Version}}')" --arg subnet "$(bridge_ipv6_subnet)" \
    '{engine: $engine, bridgeIpv6Subnet: $subnet}'
}

main "$@" </dev/null
