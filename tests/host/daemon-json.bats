#!/usr/bin/env bats
# Step docker-daemon-config: our keys go into daemon.json, everything else stays.

load helper
setup() { open_host; }
teardown() { close_host; }

@test "a host without daemon.json gets one with the two keys, readable by all" {
  step_succeeds docker-daemon-config
  same '{"ipv6":true,"fixed-cidr-v6":"fc00:172:17::/64"}' "$(on_host "$DAEMON_JSON" | jq -c .)"
  same 644 "$(host stat -c %a "$DAEMON_JSON")"
  same "" "$output"
}

@test "a host without the directory /etc/docker gets it" {
  host umount /etc/docker
  host rm -rf /etc/docker
  step_succeeds docker-daemon-config
  same true "$(on_host "$DAEMON_JSON" | jq .ipv6)"
}

@test "an empty daemon.json counts as one without keys" {
  write_on_host "$DAEMON_JSON" </dev/null
  step_succeeds docker-daemon-config
  same '{"ipv6":true,"fixed-cidr-v6":"fc00:172:17::/64"}' "$(on_host "$DAEMON_JSON" | jq -c .)"
}

@test "other keys stay, in their order" {
  write_on_host "$DAEMON_JSON" <<<'{"log-driver": "journald", "bip": "172.17.0.1/16", "ipv6": true, "debug": false, "dns": ["192.0.2.53"]}'
  step_succeeds docker-daemon-config
  same '{"log-driver":"journald","bip":"172.17.0.1/16","ipv6":true,"debug":false,"dns":["192.0.2.53"],"fixed-cidr-v6":"fc00:172:17::/64"}' \
    "$(on_host "$DAEMON_JSON" | jq -c .)"
}

@test "text that is not JSON, or no object, is refused and stays" {
  local text before
  for text in '{"ipv6": true' '[]' '"text"'; do
    write_on_host "$DAEMON_JSON" <<<"$text"
    before=$(identity "$DAEMON_JSON")
    step_refuses "$DAEMON_JSON is not a JSON object" docker-daemon-config
    same "$text" "$(on_host "$DAEMON_JSON")"
    same "$before" "$(identity "$DAEMON_JSON")"
  done
}

@test "two JSON objects in one file are refused" {
  write_on_host "$DAEMON_JSON" <<<'{} {}'
  step_refuses "$DAEMON_JSON is not a JSON object" docker-daemon-config
  same '{} {}' "$(on_host "$DAEMON_JSON")"
}

@test "a contradicting value is refused by its key, with both values" {
  write_on_host "$DAEMON_JSON" <<<'{"ipv6": false}'
  step_refuses "$DAEMON_JSON sets \"ipv6\" to false, this deployment needs true" docker-daemon-config
  write_on_host "$DAEMON_JSON" <<<'{"ipv6": true, "fixed-cidr-v6": "2001:db8:9::/64"}'
  step_refuses 'sets "fixed-cidr-v6" to "2001:db8:9::/64", this deployment needs "fc00:172:17::/64"' docker-daemon-config
  same '{"ipv6": true, "fixed-cidr-v6": "2001:db8:9::/64"}' "$(on_host "$DAEMON_JSON")"
}

@test "all contradictions are named at once" {
  write_on_host "$DAEMON_JSON" <<<'{"ipv6": false, "fixed-cidr-v6": "2001:db8:9::/64", "bridge": "br0"}'
  step_refuses 'sets "ipv6" to false' docker-daemon-config
  says 'sets "fixed-cidr-v6" to "2001:db8:9::/64"'
  says 'sets "bridge" to "br0", this deployment needs the default bridge docker0'
}

@test "a file that already has the values is not written" {
  write_on_host "$DAEMON_JSON" 640 <<<'{"fixed-cidr-v6":"fc00:172:17::/64",   "ipv6":true}'
  local before
  before=$(identity "$DAEMON_JSON")
  step_succeeds docker-daemon-config
  says "already has what is needed"
  same "$before" "$(identity "$DAEMON_JSON")"
}

@test "a second run changes nothing" {
  write_on_host "$DAEMON_JSON" <<<'{"debug": true}'
  step_succeeds docker-daemon-config
  local before
  before=$(host_listing)
  step_succeeds docker-daemon-config
  same "$before" "$(host_listing)"
}

@test "the original file is recorded once, before the first touch" {
  write_on_host "$DAEMON_JSON" <<<'{"debug": true}'
  step_succeeds docker-daemon-config
  write_on_host "$DAEMON_JSON" <<<'{"debug": false, "ipv6": true}'
  step_succeeds docker-daemon-config
  same '{"debug": true}' "$(on_host "$RECORD/daemon.before")"
}

@test "the record is for root alone" {
  write_on_host "$DAEMON_JSON" 600 <<<'{"http-proxy": "http://user:password@proxy.example.net"}'
  step_succeeds docker-daemon-config
  same 700 "$(host stat -c %a "$RECORD")"
  same 600 "$(host stat -c %a "$RECORD/daemon.before")"
}

@test "mode and owner of the file stay" {
  write_on_host "$DAEMON_JSON" 640 <<<'{"debug": true}'
  host chown 12:34 "$DAEMON_JSON"
  step_succeeds docker-daemon-config
  same "640 12:34" "$(host stat -c '%a %u:%g' "$DAEMON_JSON")"
}

@test "a symbolic link stays one, and its target gets the keys" {
  write_on_host /etc/managed/docker.json <<<'{"debug": true}'
  host ln -s ../managed/docker.json "$DAEMON_JSON"
  step_succeeds docker-daemon-config
  same ../managed/docker.json "$(host readlink "$DAEMON_JSON")"
  same true "$(on_host /etc/managed/docker.json | jq .ipv6)"
}

@test "another prefix than that of our former deployment is no contradiction" {
  step_succeeds docker-daemon-config
  FIXED_CIDR_V6=fc00:172:18::/64
  step_succeeds docker-daemon-config
  same fc00:172:18::/64 "$(on_host "$DAEMON_JSON" | jq -r '.["fixed-cidr-v6"]')"
}

@test "a prefix that the user had set before us stays the user's decision" {
  write_on_host "$DAEMON_JSON" <<<'{"ipv6": true, "fixed-cidr-v6": "fc00:172:17::/64"}'
  step_succeeds docker-daemon-config
  FIXED_CIDR_V6=fc00:172:18::/64
  step_refuses 'sets "fixed-cidr-v6" to "fc00:172:17::/64", this deployment needs "fc00:172:18::/64"' docker-daemon-config
}

@test "a value of ours that somebody changed since is set again" {
  step_succeeds docker-daemon-config
  write_on_host "$DAEMON_JSON" <<<'{"ipv6": false, "fixed-cidr-v6": "2001:db8:9::/64", "debug": true}'
  step_succeeds docker-daemon-config
  same '{"ipv6":true,"fixed-cidr-v6":"fc00:172:17::/64","debug":true}' "$(on_host "$DAEMON_JSON" | jq -c .)"
}

@test "what dockerd does not accept is not put in place" {
  write_on_host "$DAEMON_JSON" <<<'{"refused-by-dockerd": 1}'
  local before
  before=$(identity "$DAEMON_JSON")
  step_refuses "dockerd does not accept the merged $DAEMON_JSON, nothing was changed" docker-daemon-config
  same "$before" "$(identity "$DAEMON_JSON")"
  same daemon.json "$(host ls /etc/docker)"
}

@test "an engine that cannot check a file gets it unchecked" {
  touch "$FAKE/old-dockerd"
  step_succeeds docker-daemon-config
  on_host "$DAEMON_JSON" | jq -e .ipv6
}

@test "no mode switches an engine's IPv6 NAT off: it is everybody's" {
  write_on_host "$DAEMON_JSON" <<<'{"ip6tables": true}'
  host ip6tables -t nat -N DOCKER
  MODE=proxy
  step_succeeds docker-daemon-config
  same '{"ip6tables":true,"ipv6":true,"fixed-cidr-v6":"fc00:172:17::/64"}' "$(on_host "$DAEMON_JSON" | jq -c .)"
}

@test "where an earlier release switched it off, it is restored" {
  local mode
  for mode in proxy dnat; do
    write_on_host "$DAEMON_JSON" <<<'{"debug":true}'
    deployed_by_0_1_in_proxy_mode
    MODE=$mode
    step_succeeds docker-daemon-config
    same '{"debug":true,"ipv6":true,"fixed-cidr-v6":"fc00:172:17::/64"}' "$(on_host "$DAEMON_JSON" | jq -c .)"
    step_succeeds preflight remove
    same '{"debug":true}' "$(on_host "$DAEMON_JSON")"
  done
}

@test "the mode proxy needs docker-proxy" {
  write_on_host "$DAEMON_JSON" <<<'{"userland-proxy": false}'
  step_succeeds docker-daemon-config
  MODE=proxy
  step_refuses 'sets "userland-proxy" to false, the mode proxy needs docker-proxy' docker-daemon-config
}

@test "cut off at any write on the way back from an earlier release, the removal still restores the original file" {
  local where
  for where in '*daemon.keys' '*daemon.written' '*daemon.json'; do
    write_on_host "$DAEMON_JSON" <<<'{"debug": true}'
    deployed_by_0_1_in_proxy_mode
    cut_off_at mv "$where"
    step_is_cut_off docker-daemon-config
    step_succeeds docker-daemon-config
    same null "$(on_host "$DAEMON_JSON" | jq .ip6tables)"
    step_succeeds preflight remove
    same '{"debug": true}' "$(on_host "$DAEMON_JSON")"
  done
}
