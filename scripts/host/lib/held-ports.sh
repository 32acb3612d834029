# shellcheck shell=bash
# A port of HELD_PORTS lets nobody in but a verification, whatever its allow list
# says, from before the collector first starts until open_port says so. It stays
# open, then, over restarts, new containers and reboots, until hold_port.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/dnat.sh
. "${BASH_SOURCE[0]%/*}/dnat.sh"
# shellcheck source=scripts/host/lib/ports.sh
. "${BASH_SOURCE[0]%/*}/ports.sh"
# shellcheck source=scripts/host/lib/sessions.sh
. "${BASH_SOURCE[0]%/*}/sessions.sh"

write_opened_ports() { write_file "$OPENED_PORTS" >/dev/null; }

# forget_opened_ports: a port that is not held any more is held anew when it is one day.
forget_opened_ports() { opened_ports | write_opened_ports; }

# open_port NAME: its allow list is in effect from here on.
open_port() {
  is_held "$1" || return 0
  { opened_ports && echo "$1"; } | write_opened_ports
  renew_rules
  say "opened the port of $1 to its allowed prefixes"
}

# hold_port NAME: nobody gets in from here on, and who was in is out.
hold_port() {
  [[ " ${HELD_PORTS[*]} " == *" $1 "* ]] || return 0
  is_held "$1" || say "closed the port of $1 to everybody"
  { opened_ports | grep -vxF -- "$1" || true; } | write_opened_ports
  renew_rules
  end_sessions_at "$1"
}

held_drift() {
  local name
  for name in "${HELD_PORTS[@]}"; do
    ! is_held "$name" || drift "the port of $name is $(held_reason "$name")"
  done
}
