# shellcheck shell=bash
# Step: Prometheus metrics of the collector are written once a minute.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/../lib/common.sh"
# shellcheck source=scripts/host/lib/metrics-directory.sh
. "${BASH_SOURCE[0]%/*}/../lib/metrics-directory.sh"
# shellcheck source=scripts/host/lib/record.sh
. "${BASH_SOURCE[0]%/*}/../lib/record.sh"
# shellcheck source=scripts/host/lib/timed-program.sh
. "${BASH_SOURCE[0]%/*}/../lib/timed-program.sh"

metrics_apply() {
  local directory settings unit
  input METRICS_DIRECTORY ROUTER_FACING_ADDRESS METRICS_PROGRAM_TEXT METRICS_UNIT_TEXT METRICS_TIMER_TEXT REAPPLY
  claim_host
  directory=$(metrics_directory)
  settings=$(settings_of_metrics "$directory")
  unit=${METRICS_UNIT_TEXT/@METRICS_DIRECTORY@/"$directory"}
  mkdir -p "$directory"
  remove_metrics_file
  install_timed metrics "$METRICS_PROGRAM_TEXT" "$unit" "$METRICS_TIMER_TEXT" <<<"$settings"
  run_timed metrics
  say "metrics of the collector are in $directory/$METRICS_FILE, anew each minute"
}

# settings_of_metrics DIRECTORY
settings_of_metrics() {
  printf 'METRICS_DIRECTORY=%q\n' "$1"
  printf 'ROUTER_FACING_ADDRESS=%q\n' "$ROUTER_FACING_ADDRESS"
}

# One that nobody renews would say for ever what was so once.
remove_metrics_file() {
  local METRICS_DIRECTORY=''
  # shellcheck source=/dev/null
  ! [ -e "$(timed_settings metrics)" ] || . "$(timed_settings metrics)"
  [ -z "$METRICS_DIRECTORY" ] || rm -f "$METRICS_DIRECTORY/$METRICS_FILE"
}

# Another stack's work is not ours to undo.
metrics_remove() {
  if [ "$(recorded_owner)" = "$OWNER" ]; then metrics_undo; fi
}

metrics_undo() {
  [ -e "$(timed_settings metrics)" ] || return 0
  remove_metrics_file
  remove_timed metrics
}

metrics_drift() {
  local directory settings unit
  directory=$(metrics_directory)
  settings=$(settings_of_metrics "$directory")
  unit=${METRICS_UNIT_TEXT/@METRICS_DIRECTORY@/"$directory"}
  timed_drift metrics "$settings" "$METRICS_PROGRAM_TEXT" "$unit" "$METRICS_TIMER_TEXT"
}
