# shellcheck shell=bash
# Step: daemon.json asks for IPv6 on the default bridge.
# Input: OWNER, MODE, FIXED_CIDR_V6.

main() {
  local problems
  open_record
  problems=$(daemon_json_problems)
  [ -z "$problems" ] || die "$problems"
  apply_daemon_json
  file_digest "$DAEMON_JSON" | jq -cR '{daemonJsonSha256: .}'
}

main "$@" </dev/null
