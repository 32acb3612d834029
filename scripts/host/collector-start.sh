# shellcheck shell=bash disable=SC2034 # the libraries read some
# Step: the collector runs on its present configuration and on data that fits
# it, and routers over IPv6 reach it.
# Input: MODE, DOCKER_NETWORK, PAT_ENABLED, PURGE_STALE_DATA, BMP_PORT, REST_PORT, VERIFY,
# OPENBMP_DB_PASSWORD, MYSQL_ROOT_PASSWORD, START_TIMEOUT_SECONDS.

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
    docker stop --time 120 "$CONTAINER" >/dev/null
  fi
  [ "$data_fits" = true ] || start_with_empty_database
  record_pat_of_data
  docker start "$CONTAINER" >/dev/null || die "the container does not start (Docker's reason is above)"
  say "started $CONTAINER"
}

# Nothing that was proven of the former database holds for the next one.
start_with_empty_database() {
  local name
  for name in "${HELD_PORTS[@]}"; do hold_port "$name"; done
  set_data_aside
}

holds_mysql() { [[ " ${HELD_PORTS[*]} " == *" mysql "* ]]; }

# open_mysql: its port opens when both passwords of the database are the user's.
# The image's database is ready before the collector listens.
open_mysql() {
  local problems
  problems=$(database_password_problems | paste -sd ';' | sed 's/;/; /g')
  if [ -n "$problems" ]; then
    hold_port mysql
    die "the port of the database stays closed: $problems. The image sets these passwords only when it makes a new database; change them in the one that is there, or put into environment what it has, and run again"
  fi
  open_port mysql
}

main() {
  local verification=null address way
  claim_host
  # The ports as the rules have them, and nowhere else: of a step that failed,
  # scripts/status knows the former input only.
  # shellcheck source=/dev/null
  . "$DNAT_SETTINGS"
  start_collector
  CONTAINER_PID=$(docker container inspect --format '{{.State.Pid}}' "$CONTAINER")
  IFS=, read -r address way < <("$DNAT_PROGRAM" where)
  [ -n "$address" ] || die "verification failed: engine without IPv6: the container has no IPv6 address"
  if [ "$VERIFY" = true ] || holds_mysql; then
    say "waiting until the collector listens on IPv6"
    START_DEADLINE=$((SECONDS + START_TIMEOUT_SECONDS))
    wait_for_listeners
  fi
  # Passwords that are not the database's may be why the REST API does not answer.
  ! holds_mysql || open_mysql
  if [ "$VERIFY" = true ]; then
    verification=$(verify)
    say "verified: $(jq -r '"a packet from \(.sentFrom) to \(.sentTo) arrives in the container as from \(.restSeenFrom)"' <<<"$verification")"
  fi
  jq -cn --arg address "$address" --arg datapath "$way" --argjson verification "$verification" \
    '{containerIpv6: $address, datapath: $datapath, verification: $verification}'
}

main "$@" </dev/null
