# shellcheck shell=bash
# Sessions that the allow lists no longer allow. The rules drop their packets
# already, so both ends would wait for each other until a keepalive fails, and
# the collector would list such a router as connected.
# Input: that of lib/ports.sh.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/bridge.sh
. "${BASH_SOURCE[0]%/*}/bridge.sh"
# shellcheck source=scripts/host/lib/container-state.sh
. "${BASH_SOURCE[0]%/*}/container-state.sh"
# shellcheck source=scripts/host/lib/ports.sh
. "${BASH_SOURCE[0]%/*}/ports.sh"

# Peers that no list is about: the host itself, the containers on the bridge,
# and a verification. One prefix a line, as ss takes it.
exempt_peers() {
  printf '%s\n' 127.0.0.0/8 ::1/128 "$PROBE_PREFIX::/64"
  ip -oneline address show | awk -v bridge="$BRIDGE" '$3 ~ /^inet6?$/ {
    split($4, address, "/")
    if ($2 != bridge || !/ scope global/) address[2] = $3 == "inet" ? 32 : 128
    print address[1] "/" address[2]
  }'
}

# ss_filter_except PORT PREFIX…: ss's filter for connections at that port from anywhere else.
ss_filter_except() {
  local prefix filter="sport = :$1 and not ("
  for prefix in "${@:2}"; do filter+=" dst $prefix or"; done
  printf '%s )\n' "${filter% or}"
}

# end_sessions PORT FILTER COMMAND…: in the network namespace that COMMAND… runs
# in. The kernel tells both ends; conntrack forgets the connection.
end_sessions() {
  local ended peer port
  ended=$("${@:3}" ss --no-header --numeric --tcp --kill "$2" | awk '{ print $(NF) }')
  [ -n "$ended" ] || return 0
  while IFS= read -r peer; do
    port=${peer##*:} peer=${peer%:*}
    peer=${peer#[} peer=${peer%]} peer=${peer#::ffff:}
    conntrack -D -p tcp -s "$peer" --sport "$port" --dport "$1" >/dev/null 2>&1 || true
    say "ended the session of $peer at port $1: no allowed prefix has it"
  done <<<"$ended"
}

# end_sessions_at NAME: those of that port that its allow list does not have as it
# is now. They end in the container, or in the host itself where docker-proxy
# carries them.
end_sessions_at() {
  local peers port inner pid
  read -r _ port inner <<<"$(published_ports | grep "^$1 ")"
  collect peers allowed_peers "$1"
  pid=$(container_pid 2>/dev/null) || pid=0
  [ "$pid" = 0 ] || end_sessions "$port" "$(ss_filter_except "$inner" "${peers[@]}")" nsenter --net --target "$pid"
  end_sessions "$port" "$(ss_filter_except "$port" "${peers[@]}")" env
}

# allowed_peers NAME: who may have a session at that port.
allowed_peers() {
  allowed_at "$1"
  exempt_peers
}

# end_unlisted_sessions: after the rules that refuse them.
end_unlisted_sessions() {
  local names name
  mapfile -t names <<<"$(published_ports | cut -d ' ' -f 1)"
  for name in "${names[@]}"; do end_sessions_at "$name"; done
}
