#!/usr/bin/env bats
# The host's IPv6 default route survives the forwarding that Docker turns on.
# The kernel side is real; the loss of the route is played by the engine's stub.

load helper

setup() {
  open_host
  write_on_host "$DAEMON_JSON" <<<'{"debug": true}'
}
teardown() { close_host; }

SYSCTL_FILE=/etc/sysctl.d/90-openbmp-aio-ipv6.conf

# uplink NAME ACCEPT_RA NETWORK PROTOCOL [SECONDS]: an interface with a default route.
uplink() {
  interface "$1" "2001:db8:$3::10/64"
  host bash -c "echo $2 >/proc/sys/net/ipv6/conf/$1/accept_ra"
  host ip -6 route add default via "2001:db8:$3::1" dev "$1" proto "$4" metric "$((1000 + $3))" ${5:+expires "$5"}
}

accept_ra() { on_host "/proc/sys/net/ipv6/conf/$1/accept_ra"; }

loses_route_at_restart() {
  # As a kernel that begins to forward: once, with the new settings.
  cat >"$FAKE/on-restart" <<'HOOK'
if grep -q fixed-cidr-v6 /etc/docker/daemon.json; then
  echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
  ip -6 route flush default
fi
HOOK
}

@test "an uplink whose route the kernel learned keeps it, now and after a boot" {
  uplink uplink0 1 1 ra
  step_succeeds docker-restart
  same 2 "$(accept_ra uplink0)"
  same "net/ipv6/conf/uplink0/accept_ra = 2" "$(on_host "$SYSCTL_FILE" | grep -v '^#')"
}

@test "the uplink is safe before daemon.json makes whoever restarts Docker forward" {
  uplink uplink0 1 1 ra
  cut_off_at mv "*$DAEMON_JSON"
  step_is_cut_off docker-daemon-config
  same '{"debug": true}' "$(on_host "$DAEMON_JSON")"
  same 2 "$(accept_ra uplink0)"
  same "net/ipv6/conf/uplink0/accept_ra = 2" "$(on_host "$SYSCTL_FILE" | grep -v '^#')"
  step_succeeds preflight remove
  same 1 "$(accept_ra uplink0)"
  run ! host test -e "$SYSCTL_FILE"
}

@test "where daemon.json is refused, or stays the original, the uplink does too" {
  uplink uplink0 1 1 ra
  write_on_host "$DAEMON_JSON" <<<'{"ipv6": false}'
  step_refuses 'sets "ipv6" to false' docker-daemon-config
  DOCKER_NETWORK=dedicated
  step_succeeds docker-daemon-config
  same 1 "$(accept_ra uplink0)"
  run ! host test -e "$SYSCTL_FILE"
}

@test "an interface with a dot in its name is written the way sysctl.d reads it" {
  uplink up.100 1 1 ra
  step_succeeds docker-restart
  same 2 "$(accept_ra up.100)"
  same "net/ipv6/conf/up.100/accept_ra = 2" "$(on_host "$SYSCTL_FILE" | grep -v '^#')"
}

@test "an uplink whose advertisements a network manager handles is left alone" {
  uplink uplink0 0 1 ra
  step_succeeds docker-daemon-config
  step_succeeds docker-restart
  same 0 "$(accept_ra uplink0)"
  run ! host test -e "$SYSCTL_FILE"
}

@test "a static default route needs nothing" {
  uplink uplink0 1 1 static
  step_succeeds docker-daemon-config
  step_succeeds docker-restart
  same 1 "$(accept_ra uplink0)"
  run ! host test -e "$SYSCTL_FILE"
}

@test "an uplink that already has accept_ra 2 is the user's own setting" {
  uplink uplink0 2 1 ra
  step_succeeds docker-daemon-config
  step_succeeds docker-restart
  step_succeeds preflight remove
  same 2 "$(accept_ra uplink0)"
}

@test "an engine that needs no restart gets the setting all the same" {
  uplink uplink0 1 1 ra
  engine Bridge6=fc00:172:17::/64
  step_succeeds docker-restart
  same 2 "$(accept_ra uplink0)"
  not_called 'systemctl restart'
}

@test "a second run leaves the file alone, and an uplink that came later joins it" {
  uplink uplink0 1 1 ra
  step_succeeds docker-restart
  local before
  before=$(identity "$SYSCTL_FILE")
  step_succeeds docker-restart
  same "$before" "$(identity "$SYSCTL_FILE")"
  uplink uplink1 1 2 ra
  step_succeeds docker-restart
  same $'net/ipv6/conf/uplink0/accept_ra = 2\nnet/ipv6/conf/uplink1/accept_ra = 2' "$(on_host "$SYSCTL_FILE" | grep -v '^#')"
}

@test "what somebody took back is set again, also when the route is lost already" {
  uplink uplink0 1 1 ra
  engine Bridge6=fc00:172:17::/64
  step_succeeds docker-restart
  local before
  before=$(on_host "$SYSCTL_FILE")
  host bash -c "rm $SYSCTL_FILE; echo 1 >/proc/sys/net/ipv6/conf/uplink0/accept_ra; ip -6 route flush default"
  step_succeeds docker-restart
  same 2 "$(accept_ra uplink0)"
  same "$before" "$(on_host "$SYSCTL_FILE")"
}

@test "an uplink that is no longer there does not stop the step" {
  uplink uplink0 1 1 ra
  engine Bridge6=fc00:172:17::/64
  step_succeeds docker-restart
  host ip link del uplink0
  step_succeeds docker-restart
}

@test "the removal puts accept_ra back where the host does not forward" {
  uplink uplink0 1 1 ra
  step_succeeds docker-restart
  step_succeeds preflight remove
  same 1 "$(accept_ra uplink0)"
  run ! host test -e "$SYSCTL_FILE"
}

@test "the removal leaves accept_ra where the host still forwards, so that the route stays" {
  uplink uplink0 1 1 ra
  step_succeeds docker-restart
  host bash -c 'echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
  step_succeeds preflight remove
  same 2 "$(accept_ra uplink0)"
  run ! host test -e "$SYSCTL_FILE"
}

@test "a lost default route undoes the change: file, engine, forwarding and route" {
  uplink uplink0 0 1 ra 1700
  loses_route_at_restart
  step_refuses "the host lost its IPv6 default route (default via 2001:db8:1::1 dev uplink0" docker-restart
  same '{"debug": true}' "$(on_host "$DAEMON_JSON")"
  same "" "$(engine_has Bridge6)"
  same 0 "$(on_host /proc/sys/net/ipv6/conf/all/forwarding)"
  [[ $(host ip -6 route show default) == "default via 2001:db8:1::1 dev uplink0 proto ra metric 1001"* ]]
}

@test "a host that forwarded before still does after the change was undone" {
  uplink uplink0 0 1 static
  host bash -c 'echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
  loses_route_at_restart
  run_step docker-restart
  same 1 "$(on_host /proc/sys/net/ipv6/conf/all/forwarding)"
}

@test "several lost default routes all come back" {
  uplink uplink0 0 1 ra
  uplink uplink1 0 2 static
  loses_route_at_restart
  run_step docker-restart
  same 2 "$(host ip -6 route show default | wc -l)"
}

@test "after a lost route too, the same containers run and the stopped ones stay stopped" {
  uplink uplink0 0 1 ra
  loses_route_at_restart
  has_container web
  has_container stopped Running=false RestartPolicy=always
  run_step docker-restart
  same web "$(running)"
  same always "$(container stopped RestartPolicy)"
}
