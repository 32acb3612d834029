# shellcheck shell=bash
# Step: the guard and the DNAT are armed, now and at every boot.
# Input: MODE, DOCKER_NETWORK, FIXED_CIDR_V6, CONTAINER_IPV6, that of lib/ports.sh,
# and the files DNAT_PROGRAM_TEXT, GUARD_UNIT_TEXT, FOLLOW_UNIT_TEXT.

name_wrong_rules() { "$DNAT_PROGRAM" check >&2; }

main() {
  local changed units_changed ports
  claim_host
  stop_for_other_way
  mkdir -p "$PROGRAM_DIRECTORY" "${DNAT_SETTINGS%/*}"
  forget_opened_ports
  # Rules of former settings would name the former ports.
  changed=$(dnat_settings | write_file "$DNAT_SETTINGS")
  changed+=$(printf '%s' "$DNAT_PROGRAM_TEXT" | write_file "$DNAT_PROGRAM" 755)
  # Until systemd has read them: a run that is cut off here is gone on with.
  units_changed=$([ ! -e "$RECORD/units.new" ] || echo unknown)
  touch "$RECORD/units.new"
  units_changed+=$(printf '%s' "$GUARD_UNIT_TEXT" | write_file "$UNIT_DIRECTORY/$GUARD_UNIT")
  units_changed+=$(printf '%s' "$FOLLOW_UNIT_TEXT" | write_file "$UNIT_DIRECTORY/$FOLLOW_UNIT")
  # Of two units, systemctl is content with either. To enable one reads all of them anew.
  if ! systemctl is-enabled --quiet "$GUARD_UNIT" 2>/dev/null || ! systemctl is-enabled --quiet "$FOLLOW_UNIT" 2>/dev/null; then
    systemctl enable --quiet "$GUARD_UNIT" "$FOLLOW_UNIT"
  elif [ -n "$units_changed" ]; then
    systemctl daemon-reload
  fi
  # Run on purpose, this step also mends rules that somebody changed by hand.
  if [ -n "$changed$units_changed" ] || ! relayed name_wrong_rules ||
    ! systemctl is-active --quiet "$GUARD_UNIT" || ! systemctl is-active --quiet "$FOLLOW_UNIT"; then
    # One of a former release may be writing rules at this moment.
    systemctl stop "$FOLLOW_UNIT" 2>/dev/null || true
    systemctl restart "$GUARD_UNIT" "$FOLLOW_UNIT" ||
      die "the DNAT units do not start: $(journalctl -u "$GUARD_UNIT" -u "$FOLLOW_UNIT" --no-pager --output cat -n 5 | beginning | paste -sd ' ')"
    ports=$(host_ports)
    case $MODE in
    dnat) say "armed: TCP ${ports//,/, } over IPv6 go to $CONTAINER, from the allowed prefixes only" ;;
    proxy) say "armed: TCP ${ports//,/, } over IPv6 go by docker-proxy, from the allowed prefixes only" ;;
    esac
  else
    say "the rules are armed already"
  fi
  rm -f "$RECORD/units.new"
  end_unlisted_sessions
  sha256sum "$DNAT_SETTINGS" "$DNAT_PROGRAM" | sha256sum | cut -d ' ' -f 1 | jq -cR '{rulesSha256: .}'
}

main "$@" </dev/null
