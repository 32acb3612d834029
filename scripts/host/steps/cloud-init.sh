# shellcheck shell=bash
# Step: the new VM has finished its first boot, and its data volume is mounted.
# Assumes: Debian with cloud-init and systemd; jq may be missing yet.
# DATA_VOLUME_GB: a change runs the step again, which grows the file system.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/../lib/common.sh"

CLOUD_INIT_TIMEOUT_SECONDS=${CLOUD_INIT_TIMEOUT_SECONDS:-1500}
# cloud-init does not run a second time on the same VM.
REPLACE_VM="scripts/pulumi up --replace '**::host-instance'"
DATA_UNIT=openbmp-aio-ipv6-data.service
DATA_VOLUME=${DATA_VOLUME:-/usr/local/lib/openbmp-aio-ipv6/openbmp-data-volume}
OUTPUT_LOG=${OUTPUT_LOG:-/var/log/cloud-init-output.log}

# message_tail: of what comes on stdin, as much as a message holds.
message_tail() { tail -c "$MESSAGE_CHARACTERS" | tr -d '\0'; }

say_cloud_init_status() { say "$(cloud-init status --long 2>&1 | message_head)"; }

# The last words of a unit.
say_unit_log() {
  say "--- $1, its last lines:"
  say "$(journalctl --unit "$1" --lines 15 --no-pager --output cat | message_tail)"
}

# What went wrong, most telling last: an error shows its end.
say_cloud_init_failure() {
  local unit
  say_cloud_init_status
  if [ -r "$OUTPUT_LOG" ]; then
    say "--- $OUTPUT_LOG, its last lines:"
    say "$(tail -n 20 "$OUTPUT_LOG" | message_tail)"
  fi
  while read -r unit _; do
    say_unit_log "$unit"
  done < <(systemctl list-units --failed --plain --no-legend)
}

wait_for_cloud_init() {
  local status=0
  timeout "$CLOUD_INIT_TIMEOUT_SECONDS" cloud-init status --wait >/dev/null 2>&1 || status=$?
  case $status in
  0) ;;
  2)
    say "cloud-init is done, and recovered from these errors:"
    say_cloud_init_status
    ;;
  124)
    say_cloud_init_failure
    die "cloud-init is not done after $CLOUD_INIT_TIMEOUT_SECONDS s (above: its status); replace the VM, whose" \
      "address and data stay: $REPLACE_VM"
    ;;
  *)
    say_cloud_init_failure
    die "cloud-init failed on the new VM (exit code $status; above: what failed); replace the VM, whose address and" \
      "data stay: $REPLACE_VM"
    ;;
  esac
}

check_data_volume() {
  if ! systemctl is-active --quiet "$DATA_UNIT"; then
    say_unit_log "$DATA_UNIT"
    die "the data volume is not mounted: $DATA_UNIT is not active (its last lines are above)"
  fi
  relayed "$DATA_VOLUME"
}

cloud_init_apply() {
  input DATA_VOLUME_GB
  wait_for_cloud_init
  check_data_volume
}
