# shellcheck shell=bash disable=SC2034 # the steps read some
# The Docker engine: what it runs with, and how to restart it so that the same
# containers run afterwards and the host keeps its IPv6 default route.

# The IPv6 subnet of the default bridge as the engine runs it, empty without IPv6.
bridge_ipv6_subnet() {
  docker network inspect bridge | jq -r '
    .[0] | if .EnableIPv6 then [.IPAM.Config[].Subnet | select(contains(":"))][0] // "" else "" end'
}

# engine_restart_reason SUBNET: empty when the engine runs with that subnet
# on the default bridge (an empty SUBNET: with no IPv6 there).
engine_restart_reason() {
  local running
  running=$(bridge_ipv6_subnet)
  if [ "$running" != "$1" ]; then
    echo "the default bridge has ${running:-no IPv6 prefix}, ${1:-none} is configured"
  elif engine_is_stale; then
    echo "Docker runs with another \"ip6tables\" than $DAEMON_JSON has"
  fi
}

# The engine did not start since its "ip6tables" was changed.
engine_is_stale() {
  local started
  [ -e "$RECORD/engine.stale" ] || return 1
  started=$(systemctl show --property ExecMainStartTimestamp --value docker.service)
  [ "$(date -d "${started:-@0}" +%s)" -le "$(stat -c %Y "$RECORD/engine.stale")" ]
}

# subnet_asked_for: on the default bridge, by the daemon.json on stdin. Fails
# where that is no JSON object.
subnet_asked_for() { one_object | jq -r 'if .ipv6 then .["fixed-cidr-v6"] // "" else "" end'; }

# leave_default_bridge: the engine runs with the daemon.json that was found; or
# the reason is in LEFT_BEHIND, where it must not restart or does not. Called on
# its own, so that any other failure stops the step.
leave_default_bridge() {
  local prefix asked
  LEFT_BEHIND=''
  [ -e "$RECORD/daemon.found" ] || return 0
  restore_daemon_json
  prefix=$(bridge_ipv6_subnet)
  # Docker, and all containers with it, would stay down.
  if ! asked=$(read_daemon_json | subnet_asked_for 2>/dev/null); then
    [ -z "$prefix" ] || LEFT_BEHIND="$DAEMON_JSON is not a JSON object, Docker would not start with it"
    return 0
  fi
  [ -n "$(engine_restart_reason "$asked")" ] || return 0
  LEFT_BEHIND=$(engine_restart_problems | paste -sd ' ')
  [ -z "$LEFT_BEHIND" ] || return 0
  prepare_engine_restart
  restart_engine || LEFT_BEHIND=$RESTART_FAILURE
  # An engine without IPv6 leaves on its bridge what one with IPv6 set there.
  if [ -z "$(bridge_ipv6_subnet)" ] && [ -n "$prefix" ]; then
    ip -6 addr flush dev docker0 to "$prefix" || true
    ip -6 route flush root "$prefix" dev docker0 || true
  fi
}

# Containers that a restart of the engine would harm for good, one line each.
# On stdin: what Docker says of those that run.
restart_casualties() {
  jq -r '.[]
    | (.Name | ltrimstr("/")) as $name
    | if .HostConfig.AutoRemove then "container \($name) runs with --rm and would vanish when Docker restarts: stop it first"
      elif .State.Paused then "container \($name) is paused and would lose its processes when Docker restarts: resume it first"
      else empty end'
}

# One line for each reason not to restart the engine now.
engine_restart_problems() {
  local running others
  running=$(docker ps --quiet --no-trunc)
  [ -n "$running" ] || return 0
  # shellcheck disable=SC2086
  running=$(docker inspect $running)
  # Not by here-strings, which may be files for a moment: the containers' variables are in it.
  printf '%s\n' "$running" | restart_casualties
  if docker info --format '{{.LiveRestoreEnabled}}' | grep -q true; then
    echo "Docker runs with live-restore: while containers run, a restart does not apply new settings to the default bridge. Stop them or switch live-restore off"
  fi
  others=$(printf '%s\n' "$running" | jq -r '.[].Name | ltrimstr("/")' | grep -vx "$CONTAINER" | paste -sd ' ' || true)
  if [ "$RESTART_DOCKER" = false ] && [ -n "$others" ]; then
    echo "Docker must restart for IPv6, but restartDocker is false and these containers run: $others"
  fi
}

# Interfaces whose IPv6 default route the kernel itself learned from router
# advertisements; with forwarding on it would drop it unless accept_ra is 2.
# Where a network manager handles advertisements, accept_ra is 0.
kernel_ra_interfaces() {
  local interface
  for interface in $(ip -6 -json route show default | jq -r '.[] | select(.protocol == "ra") | .dev' | sort -u); do
    [ "$(cat "/proc/sys/net/ipv6/conf/$interface/accept_ra")" != 1 ] || echo "$interface"
  done
}

RA_SYSCTL_FILE=/etc/sysctl.d/90-openbmp-aio-ipv6.conf

# Interfaces whose accept_ra a deployment set to 2.
kept_interfaces() { cat "$RECORD/accept_ra" 2>/dev/null || true; }

# Read when the interface appears, which is before Docker starts.
ra_sysctl_text() {
  echo '# Keeps the IPv6 default route while Docker forwards IPv6.'
  kept_interfaces | sed 's,.*,net/ipv6/conf/&/accept_ra = 2,'
}

has_accept_ra_2() { [ "$(cat "/proc/sys/net/ipv6/conf/$1/accept_ra" 2>/dev/null || echo 2)" = 2 ]; }

# Before forwarding goes on, and for every boot. What was set once is set again,
# also where the route is lost already.
keep_default_route() {
  local interface kept
  kept=$(printf '%s\n' "$(kept_interfaces)" "$(kernel_ra_interfaces)" | sed '/^$/d' | sort -u)
  [ -n "$kept" ] || return 0
  write_file "$RECORD/accept_ra" 600 >/dev/null <<<"$kept"
  for interface in $kept; do
    has_accept_ra_2 "$interface" || {
      echo 2 >"/proc/sys/net/ipv6/conf/$interface/accept_ra"
      say "$interface: accept_ra is 2 from now on, so that its IPv6 default route survives forwarding"
    }
  done
  ra_sysctl_text | write_file "$RA_SYSCTL_FILE" >/dev/null
}

# The route itself stays safe: accept_ra goes back only where forwarding is off.
restore_accept_ra() {
  local interface
  if [ "$(cat /proc/sys/net/ipv6/conf/all/forwarding)" = 0 ]; then
    for interface in $(kept_interfaces); do
      echo 1 >"/proc/sys/net/ipv6/conf/$interface/accept_ra" || true
    done
  fi
  rm -f "$RA_SYSCTL_FILE"
}

default_routes() { ip -6 route show default; }

# What a restart needs to have done before: called on its own, so that a
# failure here stops the step.
prepare_engine_restart() {
  record_containers
  keep_default_route
  close_forwarding
}

# Also where the program that docker.service runs for it is not there yet.
restart_docker_unit() {
  close_database "$CONTAINER" || true
  systemctl reset-failed docker.service 2>/dev/null || true
  systemctl restart docker.service && wait_for_engine
}

# restart_engine: those that ran run again after, those that were stopped stay
# stopped. Returns 1 with the reason in RESTART_FAILURE when the engine or the
# default route does not come back; the caller undoes its change.
restart_engine() {
  local route_before
  route_before=$(default_routes)
  say "restarting Docker"
  if ! restart_docker_unit; then
    RESTART_FAILURE="Docker does not start: $(journalctl -u docker.service --no-pager --output cat -n 5 2>/dev/null | beginning | paste -sd ' ')"
    return 1
  fi
  rm -f "$RECORD/engine.stale"
  restore_containers
  if [ -n "$route_before" ] && [ -z "$(default_routes)" ]; then
    RESTART_FAILURE="the host lost its IPv6 default route ($(head -n 1 <<<"$route_before")) when Docker switched on forwarding"
    return 1
  fi
}

# From its first port on, a new bridge takes up to two seconds to find its IPv6
# addresses unique (RFC 4862), and forwards nothing to containers over IPv6 until
# then. While nobody else is on it, it need not ask: a port for a moment lets
# that be over when the first container starts. One with ports has begun to ask.
settle_bridge() {
  local port=openbmp-port peer=openbmp-peer looks=0 settings=/proc/sys/net/ipv6/conf/$BRIDGE probes delay
  [ -d "$settings" ] && ! bridge_is_up || return 0
  probes=$(cat "$settings/dad_transmits")
  delay=$(cat "$settings/router_solicitation_delay")
  ip link add "$port" type veth peer name "$peer" 2>/dev/null || return 0
  echo 0 >"$settings/dad_transmits"
  echo 0 >"$settings/router_solicitation_delay"
  if ip link set "$port" master "$BRIDGE" up 2>/dev/null && ip link set "$peer" up; then
    until bridge_is_up && [ -z "$(ip -6 addr show dev "$BRIDGE" tentative)" ] || [ $((looks += 1)) -gt 25 ]; do
      sleep 0.02
    done
  fi
  echo "$probes" >"$settings/dad_transmits"
  echo "$delay" >"$settings/router_solicitation_delay"
  ip link del "$port" || true
}

bridge_is_up() { ip link show "$BRIDGE" 2>/dev/null | grep -q 'state UP'; }

# bring_back_route ROUTES: after the change that lost them was undone. `expires`
# is printed as 1790sec and read as 1790; the rest is read as printed.
bring_back_route() {
  local -a route
  [ -n "$1" ] && [ -z "$(default_routes)" ] || return 0
  [ "$FORWARDING_BEFORE" = 1 ] || echo 0 >/proc/sys/net/ipv6/conf/all/forwarding
  while read -ra route; do
    ip -6 route add "${route[@]}" || true
  done < <(sed -E 's/expires ([0-9]+)sec/expires \1/; s/ pref [a-z]+//; s/ hoplimit [0-9]+//' <<<"$1")
}

wait_for_engine() {
  local deadline=$((SECONDS + 90))
  until docker version >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.2
  done
}

# What ran, oldest first, and the restart policies of what did not: with one, a
# stopped container may start with the engine. Kept until it is put back, so
# that a restart that was cut off is finished at the next run.
record_containers() {
  local all
  [ ! -e "$RECORD/restart.json" ] || return 0
  all=$(docker ps --all --quiet --no-trunc)
  # shellcheck disable=SC2086
  { [ -z "$all" ] || docker inspect $all; } | jq -c --slurp '(.[0] // []) | {
    running: [.[] | select(.State.Running)] | sort_by(.State.StartedAt) | map(.Id),
    stopped: [.[] | select(.State.Running | not) | {id: .Id, policy: .HostConfig.RestartPolicy} | select(.policy.Name | IN("", "no") | not)
      | {id, policy: (.policy.Name + if .policy.MaximumRetryCount > 0 then ":\(.policy.MaximumRetryCount)" else "" end)}]
  }' | write_file "$RECORD/restart.json" 600 >/dev/null
  jq -r '.stopped[].id' "$RECORD/restart.json" | while read -r id; do docker update --restart no "$id" >/dev/null; done
}

restore_containers() {
  local id policy
  [ -e "$RECORD/restart.json" ] || return 0
  for id in $(jq -r '.running[]' "$RECORD/restart.json"); do
    docker start "$id" >/dev/null || say "container $id ran before the restart of Docker and does not start again"
  done
  while read -r id policy; do
    docker update --restart "$policy" "$id" >/dev/null || true
  done < <(jq -r '.stopped[] | "\(.id) \(.policy)"' "$RECORD/restart.json")
  rm -f "$RECORD/restart.json"
}
