# shellcheck shell=bash
# systemd units of the deployment.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"

# unit_drift UNIT: a line where it is not enabled, and one where it is not active.
unit_drift() {
  systemctl is-enabled --quiet "$1" 2>/dev/null || drift "$1 is not enabled"
  systemctl is-active --quiet "$1" || drift "$1 is not active"
}

# last_words_of UNIT…: what the journal has of them last, in one line.
last_words_of() {
  journalctl "${@/#/--unit=}" --no-pager --output cat -n 5 2>/dev/null | message_head | paste -sd ' '
}
