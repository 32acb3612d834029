# shellcheck shell=bash
# Step: the new VM has finished its first boot, and its data volume is mounted.
# Assumes: Debian with cloud-init and systemd; jq may be missing yet.
# DATA_VOLUME_GB: a change runs the step again, which grows the file system.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/../lib/common.sh"

CLOUD_INIT_TIMEOUT_SECONDS=${CLOUD_INIT_TIMEOUT_SECONDS:-1500}
# cloud-init does not run a second time on the same VM.
TRY_AGAIN="for another try, on a new VM with the same address and data: scripts/pulumi up --replace '**::host-instance'"
DATA_UNIT=openbmp-aio-ipv6-data.service
DATA_VOLUME=${DATA_VOLUME:-/usr/local/lib/openbmp-aio-ipv6/openbmp-data-volume}
OUTPUT_LOG=${OUTPUT_LOG:-/var/log/cloud-init-output.log}

# end: of what comes on stdin, as much as a message holds.
end() { tail -c "$MESSAGE_CHARACTERS" | tr -d '\0'; }

where_it_stands() { say "$(cloud-init status --long 2>&1 | beginning)"; }

# The last words of a unit.
unit_lines() {
  say "--- $1, its last lines:"
  say "$(journalctl --unit "$1" --lines 15 --no-pager --output cat | end)"
}

# What went wrong, most telling last: an error shows its end.
explain() {
  local unit
  where_it_stands
  if [ -r "$OUTPUT_LOG" ]; then
    say "--- $OUTPUT_LOG, its last lines:"
    say "$(tail -n 20 "$OUTPUT_LOG" | end)"
  fi
  while read -r unit _; do
    unit_lines "$unit"
  done < <(systemctl list-units --failed --plain --no-legend)
}

wait_for_cloud_init() {
  local status=0
  timeout "$CLOUD_INIT_TIMEOUT_SECONDS" cloud-init status --wait >/dev/null 2>&1 || status=$?
  case $status in
  0) ;;
  2)
    say "cloud-init is done, with errors that it recovered from:"
    where_it_stands
    ;;
  124)
    explain
    die "cloud-init is not done after $CLOUD_INIT_TIMEOUT_SECONDS s (above: where it stands); $TRY_AGAIN"
    ;;
  *)
    explain
    die "cloud-init failed on the new VM (exit code $status; above: what failed); $TRY_AGAIN"
    ;;
  esac
}

check_data_volume() {
  if ! systemctl is-active --quiet "$DATA_UNIT"; then
    unit_lines "$DATA_UNIT"
    die "the data volume is not mounted: $DATA_UNIT is not active (its last lines are above)"
  fi
  relayed "$DATA_VOLUME"
}

cloud_init_apply() {
  input DATA_VOLUME_GB
  wait_for_cloud_init
  check_data_volume
}
