# shellcheck shell=bash
# Step: daemon.json asks for IPv6 on the default bridge; for a network of the
# collector's own it is as it was found.
# Input: MODE, DOCKER_NETWORK, FIXED_CIDR_V6.

main() {
  local problems
  claim_host
  record_forwarding
  problems=$(daemon_json_problems)
  [ -z "$problems" ] || die "$problems"
  case $DOCKER_NETWORK in
  bridge)
    # Docker forwards by the new file as soon as it starts, whoever starts it.
    keep_default_route
    apply_daemon_json
    ;;
  dedicated) restore_daemon_json ;;
  esac
  read_daemon_json | file_digest /dev/stdin | jq -cR '{daemonJsonSha256: .}'
}

main "$@" </dev/null
