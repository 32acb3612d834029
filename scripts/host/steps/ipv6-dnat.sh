# shellcheck shell=bash
# Step: the rules that refuse and those that bring routers in are installed, now and at every boot.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/../lib/common.sh"
# shellcheck source=scripts/host/lib/dnat.sh
. "${BASH_SOURCE[0]%/*}/../lib/dnat.sh"
# shellcheck source=scripts/host/lib/held-ports.sh
. "${BASH_SOURCE[0]%/*}/../lib/held-ports.sh"
# shellcheck source=scripts/host/lib/other-firewalls.sh
. "${BASH_SOURCE[0]%/*}/../lib/other-firewalls.sh"
# shellcheck source=scripts/host/lib/ports.sh
. "${BASH_SOURCE[0]%/*}/../lib/ports.sh"
# shellcheck source=scripts/host/lib/record.sh
. "${BASH_SOURCE[0]%/*}/../lib/record.sh"
# shellcheck source=scripts/host/lib/sessions.sh
. "${BASH_SOURCE[0]%/*}/../lib/sessions.sh"
# shellcheck source=scripts/host/lib/units.sh
. "${BASH_SOURCE[0]%/*}/../lib/units.sh"

# all_units WHAT: of several, systemctl is content with one.
all_units() {
  local unit
  for unit in "${units[@]}"; do systemctl "$1" --quiet "$unit" 2>/dev/null || return 1; done
}

print_rule_drift() { "$DNAT_PROGRAM" check >&2; }

ipv6_dnat_apply() {
  local changed units_changed units ports
  input MODE DOCKER_NETWORK FIXED_CIDR_V6 CONTAINER_IPV6 BMP_PORT REST_PORT BMP_ALLOWED REST_ALLOWED \
    OUTSIDE_PORTS KAFKA_ALLOWED MYSQL_ALLOWED HELD_PORTS DNAT_PROGRAM_TEXT FILTER_PROGRAM_TEXT \
    GUARD_UNIT_TEXT FOLLOW_UNIT_TEXT FILTER_UNIT_TEXT REAPPLY
  claim_host
  stop_for_mode_change
  mkdir -p "$PROGRAM_DIRECTORY" "${DNAT_SETTINGS%/*}"
  forget_opened_ports
  # Rules of earlier settings would name other ports.
  changed=$(dnat_settings | write_file "$DNAT_SETTINGS")
  changed+=$(printf '%s' "$DNAT_PROGRAM_TEXT" | write_file "$DNAT_PROGRAM" 755)
  changed+=$(printf '%s' "$FILTER_PROGRAM_TEXT" | write_file "$FILTER_PROGRAM" 755)
  # Until systemd has read them: a run that is cut off here is gone on with.
  units_changed=$([ ! -e "$UNITS_ARE_NEW" ] || echo unknown)
  touch "$UNITS_ARE_NEW"
  units_changed+=$(printf '%s' "$GUARD_UNIT_TEXT" | write_file "$UNIT_DIRECTORY/$GUARD_UNIT")
  units_changed+=$(printf '%s' "$FOLLOW_UNIT_TEXT" | write_file "$UNIT_DIRECTORY/$FOLLOW_UNIT")
  units_changed+=$(printf '%s' "$FILTER_UNIT_TEXT" | write_file "$UNIT_DIRECTORY/$FILTER_UNIT")
  collect units dnat_units
  # To enable one reads all of them anew.
  if ! all_units is-enabled; then
    systemctl enable --quiet "${units[@]}"
  elif [ -n "$units_changed" ]; then
    systemctl daemon-reload
  fi
  # Run on purpose, this step also fixes rules that somebody changed by hand.
  if [ -n "$changed$units_changed" ] || ! relayed print_rule_drift || ! all_units is-active; then
    # One of an earlier release may be writing rules at this moment.
    systemctl stop "$FOLLOW_UNIT" 2>/dev/null || true
    systemctl restart "${units[@]}" ||
      die "the DNAT units do not start: $(last_words_of "${units[@]}")"
    ports=$(host_ports)
    case $MODE in
    dnat) say "installed: TCP ${ports//,/, } over IPv6 go to $CONTAINER, from the allowed prefixes only" ;;
    proxy) say "installed: TCP ${ports//,/, } over IPv6 go by docker-proxy, from the allowed prefixes only" ;;
    esac
  else
    say "the rules are installed already"
  fi
  rm -f "$UNITS_ARE_NEW"
  end_unlisted_sessions
  sha256sum "$DNAT_SETTINGS" "$DNAT_PROGRAM" "$FILTER_PROGRAM" | sha256sum |
    sed -E 's/^([0-9a-f]+).*/{"rulesSha256":"\1"}/'
}

# What refuses stays until the engine runs without IPv6 again.
ipv6_dnat_undo() { :; }

ipv6_dnat_release() { remove_dnat; }

ipv6_dnat_drift() {
  dnat_file_drift
  dnat_unit_drift
  firewall_drift
  rule_drift
}

# The program's own words, by exit code 3; another one is its failure.
rule_drift() {
  local status=0
  deployed_dnat check || status=$?
  case $status in
  0 | 3) ;;
  *) die "the rules cannot be compared (exit code $status of $DNAT_PROGRAM, its reason is above): fix that and run" \
    "again" ;;
  esac
}

dnat_file_drift() {
  local settings
  settings=$(dnat_settings)
  program_drift "$DNAT_PROGRAM" "$DNAT_PROGRAM_TEXT"
  file_drift "$DNAT_SETTINGS" "$settings"$'\n'
  program_drift "$FILTER_PROGRAM" "$FILTER_PROGRAM_TEXT"
  file_drift "$UNIT_DIRECTORY/$GUARD_UNIT" "$GUARD_UNIT_TEXT"
  file_drift "$UNIT_DIRECTORY/$FOLLOW_UNIT" "$FOLLOW_UNIT_TEXT"
  file_drift "$UNIT_DIRECTORY/$FILTER_UNIT" "$FILTER_UNIT_TEXT"
}

dnat_unit_drift() {
  local unit units
  collect units dnat_units
  for unit in "${units[@]}"; do unit_drift "$unit"; done
}
