# shellcheck shell=bash
# A network namespace from which packets come in as from outside.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"

# Another one each time: what an earlier verification left half open says nothing of this one.
PROBE_ADDRESS=$(printf "%s:%x:%x:%x:%x" "$PROBE_PREFIX" $((RANDOM + 1)) $((RANDOM + 1)) $((RANDOM + 1)) $((RANDOM + 1)))

# One at a time: an `up` and the timer may verify in the same moment.
PROBE_LOCK_FILE=/run/openbmp-aio-ipv6-probe.lock

open_probe() {
  exec {PROBE_LOCK}>"$PROBE_LOCK_FILE"
  flock --timeout 60 "$PROBE_LOCK" ||
    die "another verification goes on: fuser $PROBE_LOCK_FILE names it; run again when it has ended"
  close_probe
  ip netns add "$PROBE"
  ip link add "$PROBE" type veth peer name eth0 netns "$PROBE"
  # A host may switch IPv6 off for interfaces to come.
  echo 0 >"/proc/sys/net/ipv6/conf/$PROBE/disable_ipv6"
  ip netns exec "$PROBE" sh -c 'echo 0 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6'
  ip -6 addr add "$PROBE_PREFIX::1/64" dev "$PROBE" nodad
  ip link set "$PROBE" up
  ip -n "$PROBE" -6 addr add "$PROBE_ADDRESS/64" dev eth0 nodad
  ip -n "$PROBE" link set eth0 up
  ip -n "$PROBE" -6 route add default via "$PROBE_PREFIX::1"
  # The handshake's last packet stays here.
  ip netns exec "$PROBE" ip6tables -w 10 -A OUTPUT -p tcp --tcp-flags SYN,RST,ACK ACK -j DROP
}

close_probe() {
  ip netns del "$PROBE" 2>/dev/null || true
  ip link del "$PROBE" 2>/dev/null || true
}

# send_syn ADDRESS PORT: sends a SYN for a moment, in the background.
send_syn() {
  ip netns exec "$PROBE" timeout 3 bash -c "exec 3<>/dev/tcp/$1/$2" >/dev/null 2>&1 &
}

# syn_received PORT WHERE…: who waits for a handshake's end at that port in that namespace, an address a line.
syn_received() {
  "${@:2}" ss --no-header --numeric --tcp state syn-recv "sport = :$1" | awk '{ print $4 }' |
    sed -E 's/^\[(.*)\]:[0-9]+$/\1/'
}

# At the REST port: no router completes a handshake at it.
complete_handshakes() { ip netns exec "$PROBE" ip6tables -w 10 -I OUTPUT -p tcp --dport "$REST_PORT" -j ACCEPT; }

# The host's IPv6 address that routers are given: of the default route's interface before
# others, global before local (RFC 4193). Of a tunnel only where the default route is by it;
# of a bridge where that is, or where a port of it is no guest's. Docker names a bridge after
# its network's id; another br-… may be the uplink.
# Input: ROUTER_FACING_ADDRESS, which the user chose, or that SSH goes to.
verification_address() {
  local routes chosen=''
  if [ -n "$ROUTER_FACING_ADDRESS" ]; then chosen=$(ip -6 -oneline addr show to "$ROUTER_FACING_ADDRESS"); fi
  if [ -n "$chosen" ]; then
    printf '%s\n' "$ROUTER_FACING_ADDRESS"
    return
  fi
  routes=$(ip -6 -json route show default)
  ip -json -details addr show | jq -r --arg own "$OWN_BRIDGE" --arg probe "$PROBE" \
    --argjson routes "$routes" '
    . as $interfaces
    | [$routes[] | .dev, .nexthops[]?.dev | values] as $uplinks
    | def kind: .linkinfo.info_kind // "";
    def is_inside: .ifname as $name
      | if kind == "bridge" then all($interfaces[] | select(.master == $name); kind | IN("veth", "tun"))
        else kind | test("^(tun|wireguard|sit|gre|ip6|ipip|vti|xfrm|vxlan|geneve|ppp)") end;
    [.[] | select((.ifname | IN("docker0", $own, $probe) | not) and (.ifname | test("^br-[0-9a-f]{12}$") | not))
      | (.ifname | IN($uplinks[])) as $is_uplink
      | select($is_uplink or (is_inside | not))
      | .addr_info[] | select(.family == "inet6" and .scope == "global" and ((.deprecated or .temporary) | not)) | .local // empty
      | {address: ., order: [($is_uplink | not), test("^f[cd]")]}]
    | sort_by(.order)[0].address // ""'
}
