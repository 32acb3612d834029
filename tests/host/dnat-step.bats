#!/usr/bin/env bats
# Step ipv6-dnat: the program, its settings and its units are on the host, and run.
# shellcheck disable=SC2030,SC2031 # each test changes its own copy

load helper
load network

setup() {
  open_host
}
teardown() { close_network; }

SETTINGS=/etc/openbmp-aio-ipv6/dnat.conf
PROGRAM=/usr/local/lib/openbmp-aio-ipv6/openbmp-dnat
GUARD=openbmp-aio-ipv6-guard.service
FOLLOW=openbmp-aio-ipv6-dnat.service
FILTER=openbmp-aio-ipv6-filter.service

# All units are enabled and active.
all_run() { (cd "$FAKE/units" && ls {"$GUARD","$FOLLOW","$FILTER"}.{enabled,active}); }

@test "the first run installs, enables and starts everything" {
  step_succeeds ipv6-dnat
  says "installed: TCP 5000, 8001 over IPv6 go to openbmp_aio"
  same 'MODE=dnat
BMP_PORT=5000
REST_PORT=8001
BRIDGE=docker0
ADDRESS=
PREFIX=fc00:172:17::/64
PREFIX_V4=172.17.0.0/16
GUARD_PREFIX=true
FORWARDING_FOUND=1
BMP_ALLOWED=(2001:db8:1::/64 192.0.2.0/24)
REST_ALLOWED=(2001:db8:1::/64 192.0.2.0/24)
OUTSIDE_PORTS=()
KAFKA_ALLOWED=()
MYSQL_ALLOWED=()
HELD_PORTS=()' "$(on_host "$SETTINGS" | grep -v '^#')"
  same "755 $DNAT_PROGRAM_TEXT" "$(host stat -c %a "$PROGRAM") $(on_host "$PROGRAM")"
  same "$GUARD_UNIT_TEXT" "$(on_host /etc/systemd/system/"$GUARD")"
  same "$FOLLOW_UNIT_TEXT" "$(on_host /etc/systemd/system/"$FOLLOW")"
  same "$FILTER_UNIT_TEXT" "$(on_host /etc/systemd/system/"$FILTER")"
  all_run
  [[ $(jq -r .rulesSha256 <<<"$output") =~ ^[0-9a-f]{64}$ ]]
}

@test "a second run writes nothing, starts nothing and has the same result" {
  step_succeeds ipv6-dnat
  local before result=$output
  before=$(host_listing)
  : >"$FAKE/calls"
  step_succeeds ipv6-dnat
  says "the rules are installed already"
  same "$before" "$(host_listing)"
  same "$result" "$output"
  not_called 'systemctl (enable|restart|daemon-reload)'
}

@test "other settings start the units again, and change the result" {
  step_succeeds ipv6-dnat
  local result=$output
  BMP_PORT=15000 BMP_ALLOWED=()
  : >"$FAKE/calls"
  step_succeeds ipv6-dnat
  same "systemctl restart $GUARD $FOLLOW $FILTER" "$(calls restart)"
  on_host "$SETTINGS" | grep -xF 'BMP_ALLOWED=()'
  [ "$result" != "$output" ]
}

@test "another unit text is announced to systemd" {
  step_succeeds ipv6-dnat
  FOLLOW_UNIT_TEXT+=$'\n# changed'
  : >"$FAKE/calls"
  step_succeeds ipv6-dnat
  same "systemctl daemon-reload" "$(calls daemon-reload)"
}

@test "a unit that somebody disabled or stopped is enabled and started again" {
  step_succeeds ipv6-dnat
  rm "$FAKE/units/$FOLLOW.enabled" "$FAKE/units/$FOLLOW.active"
  step_succeeds ipv6-dnat
  all_run
}

@test "rules that somebody took away are installed again" {
  step_succeeds ipv6-dnat
  local before
  before=$(rules)
  host ip6tables -D INPUT -j OPENBMP-INPUT
  step_succeeds ipv6-dnat
  same "$before" "$(rules)"
}

@test "a program that somebody made not executable is executable again, and started anew" {
  step_succeeds ipv6-dnat
  host chmod 644 "$PROGRAM"
  : >"$FAKE/calls"
  step_succeeds ipv6-dnat
  same 755 "$(host stat -c %a "$PROGRAM")"
  same "systemctl restart $GUARD $FOLLOW $FILTER" "$(calls restart)"
}

@test "units that do not start fail with the journal's words" {
  touch "$FAKE/units-fail"
  step_refuses "the DNAT units do not start: unit failed: the journal says why" ipv6-dnat
}

@test "cut off before systemd knows of a new unit text, the next run tells it and restarts" {
  step_succeeds ipv6-dnat
  FOLLOW_UNIT_TEXT+=$'\n# changed'
  cut_off_at systemctl 'daemon-reload'
  step_is_cut_off ipv6-dnat
  : >"$FAKE/calls"
  step_succeeds ipv6-dnat
  # To enable a unit reloads all of them.
  [ -n "$(calls 'systemctl (daemon-reload|enable)')" ]
  same "systemctl restart $GUARD $FOLLOW $FILTER" "$(calls restart)"
}

@test "where the user had the bridge's IPv6 on before, routed traffic to it stays allowed" {
  write_on_host "$DAEMON_JSON" <<<'{"ipv6": true, "fixed-cidr-v6": "fc00:172:17::/64"}'
  step_succeeds docker-daemon-config
  step_succeeds ipv6-dnat
  on_host "$SETTINGS" | grep -xF GUARD_PREFIX=false
}

@test "another mode stops a running collector first, the same one does not" {
  has_container openbmp_aio Running=true
  step_succeeds ipv6-dnat
  step_succeeds ipv6-dnat
  same openbmp_aio "$(running)"
  MODE=proxy
  step_succeeds ipv6-dnat
  says "stopping openbmp_aio: the datapath changes from dnat to proxy"
  says "go by docker-proxy, from the allowed prefixes only"
  same "" "$(running)"
  on_host "$SETTINGS" | grep -xF MODE=proxy
}
