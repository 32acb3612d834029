# shellcheck shell=bash disable=SC2034 # the libraries read some
# Step: the collector runs on its present configuration and on data that fits
# it, and routers over IPv6 reach it.
# Input: MODE, DOCKER_NETWORK, PAT_ENABLED, PURGE_STALE_DATA, BMP_PORT, REST_PORT, VERIFY,
# START_TIMEOUT_SECONDS.

# start_collector: once, whatever there is to be done before.
start_collector() {
  local data_fits=true
  check_data || data_fits=false
  if is_running; then
    if [ "$data_fits" = true ] && ! runs_on_former_config; then
      say "$CONTAINER runs on its present configuration"
      record_pat_of_data
      return
    fi
    say "stopping $CONTAINER: its configuration changed"
    stop_container "$CONTAINER"
  fi
  [ "$data_fits" = true ] || set_data_aside
  record_pat_of_data
  docker start "$CONTAINER" >/dev/null || die "the container does not start (Docker's reason is above)"
  say "started $CONTAINER"
}

main() {
  local verification=null address way
  claim_host
  start_collector
  CONTAINER_PID=$(docker container inspect --format '{{.State.Pid}}' "$CONTAINER")
  IFS=, read -r address way < <("$DNAT_PROGRAM" where)
  [ -n "$address" ] || die "verification failed: engine without IPv6: the container has no IPv6 address"
  if [ "$VERIFY" = true ]; then
    say "waiting until the collector listens on IPv6"
    START_DEADLINE=$((SECONDS + START_TIMEOUT_SECONDS))
    wait_for_listeners
    verification=$(verify)
    say "verified: $(jq -r '"a packet from \(.sentFrom) to \(.sentTo) arrives in the container as from \(.restSeenFrom)"' <<<"$verification")"
  fi
  jq -cn --arg address "$address" --arg datapath "$way" --argjson verification "$verification" \
    '{containerIpv6: $address, datapath: $datapath, verification: $verification}'
}

main "$@" </dev/null
