# shellcheck shell=bash
# The unit that makes the collector's Kafka topics at each start of its container.
# Input: TOPICS_PROGRAM_TEXT, TOPICS_UNIT_TEXT.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/units.sh
. "${BASH_SOURCE[0]%/*}/units.sh"

TOPICS_PROGRAM=$PROGRAM_DIRECTORY/openbmp-topics
TOPICS_UNIT=openbmp-aio-ipv6-topics.service

# broker_address: the container's own, as the unit asks it.
broker_address() {
  docker container inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}' "$CONTAINER" |
    awk '{ print $1 }'
}

# A line for each part of the unit that is not as deployed.
topics_drift() {
  program_drift "$TOPICS_PROGRAM" "$TOPICS_PROGRAM_TEXT"
  file_drift "$UNIT_DIRECTORY/$TOPICS_UNIT" "$TOPICS_UNIT_TEXT"
  unit_drift "$TOPICS_UNIT"
}

# Off while it is written: a run that is cut off is gone on with.
install_topics() {
  local wrong
  collect wrong topics_drift
  [ ${#wrong[@]} -gt 0 ] || return 0
  systemctl disable --quiet --now "$TOPICS_UNIT" 2>/dev/null || true
  printf '%s' "$TOPICS_PROGRAM_TEXT" | write_file "$TOPICS_PROGRAM" 755 >/dev/null
  printf '%s' "$TOPICS_UNIT_TEXT" | write_file "$UNIT_DIRECTORY/$TOPICS_UNIT" >/dev/null
  systemctl enable --quiet --now "$TOPICS_UNIT" ||
    die "the unit $TOPICS_UNIT does not start: $(last_words_of "$TOPICS_UNIT")"
}

remove_topics() {
  systemctl disable --quiet --now "$TOPICS_UNIT" 2>/dev/null || true
  rm -f "$UNIT_DIRECTORY/$TOPICS_UNIT" "$TOPICS_PROGRAM"
}
