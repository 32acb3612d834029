# shellcheck shell=bash
# The collector's database is closed whenever Docker stops, whoever stops it: by
# a program that docker.service runs before its daemon ends, so at every shutdown
# of the host, too. A unit of its own would also run when somebody stops that one.
# Input: CLOSING_PROGRAM_TEXT, CLOSING_DROP_IN_TEXT.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"

CLOSING_PROGRAM=$PROGRAM_DIRECTORY/openbmp-close-database
DOCKER_DROP_INS=$UNIT_DIRECTORY/docker.service.d
CLOSING_DROP_IN=$DOCKER_DROP_INS/openbmp-aio-ipv6-database.conf

install_closing() {
  mkdir -p "$PROGRAM_DIRECTORY" "$DOCKER_DROP_INS"
  printf '%s' "$CLOSING_PROGRAM_TEXT" | write_file "$CLOSING_PROGRAM" 755 >/dev/null
  printf '%s' "$CLOSING_DROP_IN_TEXT" | write_file "$CLOSING_DROP_IN" >/dev/null
  # Also after a run that was cut off before it.
  ! docker_unit_is_stale || systemctl daemon-reload
}

docker_unit_is_stale() {
  local stale
  stale=$(systemctl show --property NeedDaemonReload --value docker.service) ||
    die "systemd does not say whether it has read the current files of docker.service (its reason is above): run" \
      "again"
  [ "$stale" != no ]
}

remove_closing() {
  rm -f "$CLOSING_DROP_IN" "$CLOSING_PROGRAM"
  [ ! -e "$DOCKER_DROP_INS" ] || rmdir --ignore-fail-on-non-empty "$DOCKER_DROP_INS"
  ! docker_unit_is_stale || systemctl daemon-reload
}

closing_drift() {
  program_drift "$CLOSING_PROGRAM" "$CLOSING_PROGRAM_TEXT"
  file_drift "$CLOSING_DROP_IN" "$CLOSING_DROP_IN_TEXT"
  ! docker_unit_is_stale || drift "systemd has not read the current files of docker.service"
}
