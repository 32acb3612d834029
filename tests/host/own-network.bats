#!/usr/bin/env bats
# A Docker network of the collector's own: made, moved to and from, taken away;
# daemon.json and the engine stay as they are.
# shellcheck disable=SC2030,SC2031 # each test changes its own copy

load helper
load network

setup() {
  open_host
  own_network fc00:172:17::
  write_on_host "$DAEMON_JSON" <<<'{"debug": true}'
  interface eth0 2001:db8:1::10/64
}
teardown() { close_network; }

# own_network PREFIX: what the program sends for it.
own_network() {
  DOCKER_NETWORK=dedicated
  FIXED_CIDR_V6=$1/64
  NETWORK_PREFIX=$1/64
  CONTAINER_IPV6=${1}5000
}

default_bridge() {
  DOCKER_NETWORK=bridge
  NETWORK_PREFIX=''
  CONTAINER_IPV6=''
}

deployed() {
  step_succeeds preflight
  install_steps
}

prefix_of_network() { cat "$FAKE/networks/openbmp_aio"; }

# unfit TEXT: the preflight refuses for that reason, and nothing is changed.
unfit() {
  local before
  before=$(host_listing)
  step_refuses "$1" preflight
  same 2 "$(wc -l <<<"$stderr")"
  same "$before" "$(host_listing)"
}

@test "the network is made with its prefix, and the container has a fixed address on it" {
  local daemon_json
  daemon_json=$(identity "$DAEMON_JSON")
  deployed
  same "docker network create --label openbmp-aio-ipv6.prefix=fc00:172:17::/64 --opt com.docker.network.bridge.name=openbmp0 --ipv6 --subnet fc00:172:17::/64 openbmp_aio" \
    "$(calls 'network create')"
  [[ $(calls 'docker create') == *" --network openbmp_aio --ip6 fc00:172:17::5000 "* ]]
  same "$daemon_json" "$(identity "$DAEMON_JSON")"
  not_called 'restart docker.service'
}

@test "a second run makes nothing" {
  deployed
  : >"$FAKE/calls"
  deployed
  not_called 'docker (network create|network rm|create|rm|stop)'
}

@test "the rules name the fixed address, whether the container runs or not" {
  deployed
  host grep -xF ADDRESS=fc00:172:17::5000 /etc/openbmp-aio-ipv6/dnat.conf
  host grep -xF BRIDGE=openbmp0 /etc/openbmp-aio-ipv6/dnat.conf
  host grep -xF GUARD_PREFIX=true /etc/openbmp-aio-ipv6/dnat.conf
  same fc00:172:17::5000,dnat "$(host /usr/local/lib/openbmp-aio-ipv6/openbmp-dnat where)"
  MODE=proxy
  step_succeeds ipv6-dnat
  same fc00:172:17::5000,proxy "$(host /usr/local/lib/openbmp-aio-ipv6/openbmp-dnat where)"
}

@test "another prefix makes the network and the container anew" {
  deployed
  own_network fc00:172:18::
  deployed
  same fc00:172:18::/64 "$(prefix_of_network)"
  same fc00:172:18::5000 "$(container openbmp_aio FixedIPv6)"
}

# joined_network STEP: that step, and the preflight, refuse for the container
# that is on the network as well, and the collector runs on.
joined_network() {
  unfit "the network openbmp_aio has to go for this change, and other containers are on it: disconnect neighbour from it first"
  : >"$FAKE/calls"
  step_refuses "disconnect neighbour from it first" "$1"
  not_called 'docker (stop|rm|rename|network rm)'
  same "neighbour openbmp_aio" "$(running)"
}

@test "a network that other containers are on is not taken from under them, and the collector stays" {
  deployed
  change_container openbmp_aio Running=true
  has_container neighbour NetworkMode=openbmp_aio
  step_succeeds preflight
  own_network fc00:172:18::
  joined_network aio-container
  change_container openbmp_aio 'Labels={}'
  REPLACE_CONTAINER=true
  joined_network aio-container
  REPLACE_CONTAINER=false
  rm "$FAKE/containers/neighbour" "$FAKE/containers/openbmp_aio"
  step_succeeds aio-container
  same fc00:172:18::5000 "$(container openbmp_aio FixedIPv6)"
}

@test "a network that other containers are on is not left for the default bridge, and the collector stays" {
  deployed
  change_container openbmp_aio Running=true
  has_container neighbour NetworkMode=openbmp_aio
  default_bridge
  joined_network docker-restart
  change_container neighbour Running=false
  deployed
  [ ! -e "$FAKE/networks/openbmp_aio" ]
}

@test "a network or an interface of the user's with that name is refused" {
  echo >"$FAKE/networks/openbmp_aio"
  unfit "a Docker network openbmp_aio is already there, and no deployment made it"
  rm "$FAKE/networks/openbmp_aio"
  host ip link add name openbmp0 type bridge
  unfit "an interface openbmp0 is already there, and no deployment made it"
}

@test "what matters for the default bridge only is no reason to refuse" {
  write_on_host "$DAEMON_JSON" <<<'{"ipv6": false, "fixed-cidr-v6": "2001:db8:9::/64", "bridge": "br7"}'
  has_container throwaway AutoRemove=true
  engine LiveRestore=true
  RESTART_DOCKER=false
  deployed
}

@test "the default bridge's prefix is refused, unless a deployment gave it" {
  interface docker0 fc00:172:17::1/64
  unfit "fixedCidrV6 fc00:172:17::/64 overlaps the host's own network (fc00:172:17::/64 dev docker0"
}

@test "in the mode proxy an engine may do IPv6 NAT of its own" {
  MODE=proxy
  engine_dnat fc00:172:17::2
  step_succeeds preflight
  deployed
}

@test "a default route that the forwarding of the new network costs is restored, and the network is gone" {
  host ip -6 route add default via 2001:db8:1::1 dev eth0
  cat >"$FAKE/on-network" <<'HOOK'
echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
ip -6 route flush default
HOOK
  step_refuses "the host lost its IPv6 default route (default via 2001:db8:1::1 dev eth0" aio-container
  [[ $(host ip -6 route show default) == "default via 2001:db8:1::1 dev eth0"* ]]
  same 0 "$(on_host /proc/sys/net/ipv6/conf/all/forwarding)"
  [ ! -e "$FAKE/networks/openbmp_aio" ]
}

@test "from the default bridge: daemon.json is restored, Docker restarts once, and the container moves without a start" {
  local found
  found=$(identity "$DAEMON_JSON" | cut -d ' ' -f 4-)
  default_bridge
  deployed
  change_container openbmp_aio Running=true
  own_network fc00:172:17::
  : >"$FAKE/calls"
  deployed
  same '{"debug": true}' "$(on_host "$DAEMON_JSON")"
  same "$found" "$(identity "$DAEMON_JSON" | cut -d ' ' -f 4-)"
  same 1 "$(calls 'restart docker.service' | wc -l)"
  same "openbmp_aio false" "$(container openbmp_aio NetworkMode) $(container openbmp_aio Running)"
  not_called 'docker start openbmp_aio'
  : >"$FAKE/calls"
  deployed
  not_called 'restart docker.service'
}

@test "to the default bridge: the network is gone before Docker gives its prefix to the bridge" {
  deployed
  change_container openbmp_aio Running=true
  default_bridge
  : >"$FAKE/calls"
  deployed
  same "docker network rm openbmp_aio
systemctl restart docker.service" "$(calls 'network rm|restart docker')"
  same "default false" "$(container openbmp_aio NetworkMode) $(container openbmp_aio Running)"
  not_called 'docker start openbmp_aio'
}

@test "cut off anywhere on the way there or back, the next run finishes" {
  local where step
  for where in 'docker stop*' 'docker rm*' 'systemctl restart docker*' 'docker network*create*' 'docker network*rm*' 'docker create*'; do
    default_bridge
    deployed
    own_network fc00:172:17::
    step_succeeds preflight
    for direction in there back; do
      cut_off_at "${where%% *}" "${where#* }"
      for step in $(installing_steps); do
        run_step "$step"
        [ "$status" -eq 0 ] || break
      done
      rm -f "$FAKE/bin"/*
      deployed
      same "$NETWORK_PREFIX" "$(prefix_of_network 2>/dev/null)"
      same "${CONTAINER_IPV6}" "$(container openbmp_aio FixedIPv6)"
      default_bridge
    done
  done
}

@test "a removal takes the network away, and leaves Docker and daemon.json alone" {
  local before
  before=$(rules)
  deployed
  step_succeeds preflight remove
  [ ! -e "$FAKE/networks/openbmp_aio" ]
  run ! host ip link show openbmp0
  same '{"debug": true}' "$(on_host "$DAEMON_JSON")"
  same "$before" "$(rules)"
  not_called 'restart docker.service'
}

@test "a container of the user's on another network does not fit" {
  has_container openbmp_aio Image=openbmp/aio:latest RestartPolicy=always \
    'PortBindings={"5000/tcp": [{"HostIp": "", "HostPort": "5000"}], "8001/tcp": [{"HostIp": "", "HostPort": "8001"}]}' \
    'Mounts=[{"Source": "/var/openbmp/config", "Destination": "/config"}, {"Source": "/var/openbmp/mysql", "Destination": "/data/mysql"}]' \
    'Env=["KAFKA_FQDN=collector.example.net"]'
  step_refuses "does not fit (it is on the network default, not on openbmp_aio)" aio-container
  change_container openbmp_aio NetworkMode=openbmp_aio FixedIPv6=fc00:172:17::5000
  step_succeeds aio-container
}
