# shellcheck shell=bash
# Step: the collector runs on its current configuration and on data that fits
# it, and routers over IPv6 reach it.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/../lib/common.sh"
# shellcheck source=scripts/host/lib/collector.sh
. "${BASH_SOURCE[0]%/*}/../lib/collector.sh"
# shellcheck source=scripts/host/lib/container-state.sh
. "${BASH_SOURCE[0]%/*}/../lib/container-state.sh"
# shellcheck source=scripts/host/lib/container.sh
. "${BASH_SOURCE[0]%/*}/../lib/container.sh"
# shellcheck source=scripts/host/lib/data.sh
. "${BASH_SOURCE[0]%/*}/../lib/data.sh"
# shellcheck source=scripts/host/lib/database.sh
. "${BASH_SOURCE[0]%/*}/../lib/database.sh"
# shellcheck source=scripts/host/lib/dnat.sh
. "${BASH_SOURCE[0]%/*}/../lib/dnat.sh"
# shellcheck source=scripts/host/lib/first-start.sh
. "${BASH_SOURCE[0]%/*}/../lib/first-start.sh"
# shellcheck source=scripts/host/lib/held-ports.sh
. "${BASH_SOURCE[0]%/*}/../lib/held-ports.sh"
# shellcheck source=scripts/host/lib/listening.sh
. "${BASH_SOURCE[0]%/*}/../lib/listening.sh"
# shellcheck source=scripts/host/lib/port-opening.sh
. "${BASH_SOURCE[0]%/*}/../lib/port-opening.sh"
# shellcheck source=scripts/host/lib/probe.sh
. "${BASH_SOURCE[0]%/*}/../lib/probe.sh"
# shellcheck source=scripts/host/lib/record.sh
. "${BASH_SOURCE[0]%/*}/../lib/record.sh"
# shellcheck source=scripts/host/lib/rest.sh
. "${BASH_SOURCE[0]%/*}/../lib/rest.sh"
# shellcheck source=scripts/host/lib/stopping.sh
. "${BASH_SOURCE[0]%/*}/../lib/stopping.sh"
# shellcheck source=scripts/host/lib/topics.sh
. "${BASH_SOURCE[0]%/*}/../lib/topics.sh"
# shellcheck source=scripts/host/lib/verification.sh
. "${BASH_SOURCE[0]%/*}/../lib/verification.sh"

# start_collector: one start, after all that has to be done before it.
start_collector() {
  local data_fits=true changed
  ! is_aio || data_fits_pat || data_fits=false
  if is_running; then
    changed=$(changed_configs)
    if [ "$data_fits" = true ] && [ -z "$changed" ]; then
      say "$CONTAINER runs on its current configuration"
      ! is_aio || record_pat_of_data
      return
    fi
    say "stopping $CONTAINER: its configuration changed"
    stop_container "$CONTAINER"
  fi
  [ "$data_fits" = true ] || back_up_data
  ! is_aio || prepare_data
  docker start "$CONTAINER" >/dev/null ||
    die "the container does not start (Docker's reason is above): fix that and run again"
  say "started $CONTAINER"
}

prepare_data() {
  ! first_start_was_cut_off || back_up_cut_off_database
  record_pat_of_data
  has_data || begin_first_start
}

# What was verified of one database does not hold for the next one.
begin_first_start() {
  local name
  for name in "${HELD_PORTS[@]}"; do hold_port "$name"; done
  mark_first_start
}

# The collector listens, and its database is a whole one.
wait_for_collector() {
  locate_container
  wait_for_listeners
  is_aio && first_start_was_cut_off || return 0
  stop_container "$CONTAINER"
  # What the database said of itself is not known any more.
  back_up_cut_off_database
  start_collector
  locate_container
  wait_for_listeners
}

# Leaves CONTAINER_PID, ADDRESS and DATAPATH.
locate_container() {
  local where
  CONTAINER_PID=$(container_pid)
  where=$("$DNAT_PROGRAM" where)
  IFS=, read -r ADDRESS DATAPATH <<<"$where"
  # Between two starts of a container that ends again and again, it has none either.
  [ -n "$ADDRESS" ] || [ -e "/proc/$CONTAINER_PID" ] || container_stopped
  [ -n "$ADDRESS" ] ||
    die "verification failed: engine without IPv6: the container has no IPv6 address; find the flag or file of" \
      "dockerd that wins over $DAEMON_JSON"
}

collector_start_apply() {
  local verification=null
  input MODE DOCKER_NETWORK PAT_ENABLED PURGE_STALE_DATA BMP_PORT REST_PORT KAFKA_BROKERS REST_USER REST_PASSWORD VERIFY \
    ROUTER_FACING_ADDRESS START_TIMEOUT_SECONDS OPENBMP_DB_PASSWORD MYSQL_ROOT_PASSWORD TOPICS_PROGRAM_TEXT TOPICS_UNIT_TEXT \
    CONTAINER_ID CONFIG_SHA256 RULES_SHA256 REAPPLY
  claim_host
  # The ports as the rules have them, and nowhere else: of a step that failed,
  # scripts/status knows the earlier input only.
  # shellcheck source=/dev/null
  . "$DNAT_SETTINGS"
  ! is_aio || install_topics
  start_collector
  START_DEADLINE=$((SECONDS + START_TIMEOUT_SECONDS))
  # What is held is asked for of a database that is not being filled any more.
  if [ "$VERIFY" = true ] || [ ${#HELD_PORTS[@]} -gt 0 ]; then wait_for_collector; else locate_container; fi
  # Passwords that are not the database's may be why the REST API does not answer.
  ! holds_mysql || open_mysql_port
  open_rest_port
  if [ "$VERIFY" = true ]; then
    verification=$(verify)
    unmark_first_start
  fi
  printf '{"containerIpv6":"%s","datapath":"%s","verification":%s}\n' "$ADDRESS" "$DATAPATH" "$verification"
}

collector_start_undo() {
  close_probe
  remove_topics
  restore_original_login
}

# Where the original container stays, or is restored with the data of ours.
restore_original_login() {
  { container_exists && ! container_is_ours || [ -e "$ORIGINAL_CONTAINER" ]; } || return 0
  restore_rest_login
}

collector_start_drift() {
  ! is_aio || topics_drift
  held_drift
}
