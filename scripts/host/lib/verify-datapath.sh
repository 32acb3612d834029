# shellcheck shell=bash
# Whether packets arrive in the container, and from which address.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/collector.sh
. "${BASH_SOURCE[0]%/*}/collector.sh"
# shellcheck source=scripts/host/lib/dnat.sh
. "${BASH_SOURCE[0]%/*}/dnat.sh"
# shellcheck source=scripts/host/lib/engine-nat.sh
. "${BASH_SOURCE[0]%/*}/engine-nat.sh"
# shellcheck source=scripts/host/lib/other-firewalls.sh
. "${BASH_SOURCE[0]%/*}/other-firewalls.sh"
# shellcheck source=scripts/host/lib/ports.sh
. "${BASH_SOURCE[0]%/*}/ports.sh"
# shellcheck source=scripts/host/lib/probe.sh
. "${BASH_SOURCE[0]%/*}/probe.sh"
# shellcheck source=scripts/host/lib/rest-verification.sh
. "${BASH_SOURCE[0]%/*}/rest-verification.sh"
# shellcheck source=scripts/host/lib/rest.sh
. "${BASH_SOURCE[0]%/*}/rest.sh"
# shellcheck source=scripts/host/lib/verify-port.sh
. "${BASH_SOURCE[0]%/*}/verify-port.sh"

# datapath_problem HOST_ADDRESS HOST_PORT CONTAINER_PORT: the first link of the datapath that is broken.
datapath_problem() {
  local address=$1 port=$2 inner=$3 container_address
  container_address=$("$DNAT_PROGRAM" where)
  container_address=${container_address%%,*}
  if [ -z "$container_address" ]; then
    echo "engine without IPv6: the container has no IPv6 address; find the flag or file of dockerd that wins over" \
      "$DAEMON_JSON"
  elif ! listens_on_ipv6 "$inner" "$(listeners)"; then
    echo "container not listening on IPv6 at port $inner: it listens at $(listeners);" \
      "check listenMode, and docker logs $CONTAINER"
  elif send_syn "$address" "$port" && sleep 0.3 && syn_received "$port" env | grep -xF "$PROBE_ADDRESS" >/dev/null; then
    echo "docker-proxy in the way: the host itself answers at port $port; find what flushes the rules, and give" \
      "\"reapply\" a new value"
  elif ! engine_sends "$port" "$container_address" "$inner" &&
    ! ip6tables -w 10 -t nat -S | grep -qF -- "--to-destination [$container_address]:$inner"; then
    echo "rule missing: nothing sends port $port to [$container_address]:$inner (unit" \
      "$(systemctl is-active "$FOLLOW_UNIT" || true)): journalctl -u $FOLLOW_UNIT"
  elif [ "$(cat /proc/sys/net/ipv6/conf/all/forwarding)" != 1 ]; then
    echo "forwarding dropped: net.ipv6.conf.all.forwarding is 0; find what switched it off, mostly a file in" \
      "/etc/sysctl.d"
  else
    echo "forwarding dropped: port $port is sent to [$container_address]:$inner and does not arrive; find the rule" \
      "that drops it with ip6tables-save and nft list ruleset$(other_filters)"
  fi
}

# nothing_arrived HOST_ADDRESS HOST_PORT CONTAINER_PORT: ends the step with the reason.
nothing_arrived() {
  [ -e "/proc/$CONTAINER_PID" ] || container_stopped
  die "verification failed: $(datapath_problem "$@")"
}

# The container's own namespace sees the packets as they were sent.
verify_dnat() {
  local address=$1 seen_bmp seen_rest status=''
  seen_bmp=$(verify_port "$address" "$BMP_PORT" "$BMP_CONTAINER_PORT") ||
    nothing_arrived "$address" "$BMP_PORT" "$BMP_CONTAINER_PORT"
  if ! is_aio; then
    jq -cn --arg to "$address" --arg from "$PROBE_ADDRESS" --arg bmp "$seen_bmp" \
      '{sentTo: $to, sentFrom: $from, bmpSeenFrom: $bmp}'
    return
  fi
  seen_rest=$(verify_port "$address" "$REST_PORT" "$REST_CONTAINER_PORT") ||
    nothing_arrived "$address" "$REST_PORT" "$REST_CONTAINER_PORT"
  complete_handshakes
  wait_for_rest request_rest "$address" || die "verification failed: REST API at [$address]:$REST_PORT: $(rest_problem)"
  jq -cn --arg to "$address" --arg from "$PROBE_ADDRESS" --arg bmp "$seen_bmp" --arg rest "$seen_rest" \
    --arg status "$status" '
    {sentTo: $to, sentFrom: $from, bmpSeenFrom: $bmp, restSeenFrom: $rest, restStatus: $status}'
}

# docker-proxy accepts for the container, and connects to it from an address of
# the host's own. The source that the collector sees is read at the REST port:
# at the BMP port a connection that goes through would be listed as a router.
verify_proxy() {
  local address=$1 status='' seen port closed=()
  for port in "$BMP_PORT" "$REST_PORT"; do
    proxy_answers "$address" "$port" || closed+=("$port")
  done
  [ ${#closed[@]} -eq 0 ] ||
    die "verification failed: docker-proxy does not answer at [$address], port ${closed[*]}; check \"userland-proxy\" in" \
      "$DAEMON_JSON, the allow lists and firewalls$(input_remedy "${closed[@]}")"
  complete_handshakes
  wait_for_rest request_rest_by_proxy "$address" ||
    die "verification failed: REST API at [$address]:$REST_PORT: $(rest_problem)"
  [ -n "$seen" ] ||
    die "verification failed: the REST API answers, but not to a connection of docker-proxy's; give \"reapply\" a new" \
      "value"
  jq -cn --arg to "$address" --arg from "$PROBE_ADDRESS" --arg rest "$seen" --arg status "$status" \
    --argjson pat "$PAT_ENABLED" '
    {sentTo: $to, sentFrom: $from, restSeenFrom: $rest, restStatus: $status, patEnabled: $pat}'
}

# request_rest_by_proxy HOST_ADDRESS: leaves the API's answer in `status`, and in `seen`
# where its connection came from.
request_rest_by_proxy() {
  local held
  exec {held}< <(rest_status "$1" "$REST_PORT" 1 ip netns exec "$PROBE")
  seen=$(proxied_source) || true
  read -r status <&"$held" || status=''
  exec {held}<&-
}

# proxy_answers HOST_ADDRESS PORT: the host itself takes the handshake up.
proxy_answers() {
  local deadline=$((SECONDS + 3))
  send_syn "$1" "$2"
  until syn_received "$2" env | grep -xF "$PROBE_ADDRESS" >/dev/null; do
    [ "$SECONDS" -le "$deadline" ] || return 1
    sleep 0.05
  done
}

# The address of the host's own from which the container has a connection.
proxied_source() {
  local deadline=$((SECONDS + 3)) peer
  while [ "$SECONDS" -le "$deadline" ]; do
    while read -r peer; do
      if [[ $(ip -oneline route get "$peer" 2>/dev/null) == local* ]]; then
        echo "$peer"
        return
      fi
    done < <(in_container ss --no-header --numeric --tcp state established "sport = :$REST_CONTAINER_PORT" |
      awk '{ print $4 }' | sed -E 's/^(\[?)(.*[^]])\]?:[0-9]+$/\2/; s/^::ffff://')
    sleep 0.05
  done
  return 1
}
