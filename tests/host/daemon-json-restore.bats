#!/usr/bin/env bats
# The removal puts daemon.json back: byte for byte when nobody else edited it,
# else key by key.

load helper

setup() {
  open_host
  FOUND=$'{\n\t"debug" : true ,"dns":[ ]}'
}
teardown() { close_host; }

@test "the file is back byte for byte, with mode, owner and time" {
  printf '%s' "$FOUND" | write_on_host "$DAEMON_JSON" 640
  host chown 12:34 "$DAEMON_JSON"
  host touch -d '2020-02-02 02:02:02.123456789' "$DAEMON_JSON"
  local before
  before=$(host stat -c '%y %a %u:%g %s' "$DAEMON_JSON")
  step_succeeds docker-daemon-config
  step_succeeds preflight remove
  same "$before" "$(host stat -c '%y %a %u:%g %s' "$DAEMON_JSON")"
  same "$FOUND" "$(on_host "$DAEMON_JSON")"
  same daemon.json "$(host ls /etc/docker)"
}

@test "what else is in the file is on no command line: it may be for root alone" {
  write_on_host "$DAEMON_JSON" 600 <<<'{"proxies": {"https-proxy": "http://user:very-secret@192.0.2.1"}}'
  traced_step docker-daemon-config
  not_started_with very-secret
  # As the user does who edits it.
  on_host "$DAEMON_JSON" | jq '.debug = true' | write_on_host "$DAEMON_JSON" 600
  traced_step docker-daemon-config
  not_started_with very-secret
  traced_step preflight remove
  not_started_with very-secret
  same '{"proxies":{"https-proxy":"http://user:very-secret@192.0.2.1"},"debug":true}' "$(on_host "$DAEMON_JSON" | jq -c .)"
}

@test "a file that was not there is gone again" {
  step_succeeds docker-daemon-config
  step_succeeds preflight remove
  same "" "$(host ls -A /etc/docker)"
}

@test "the directory that was made for the file is gone again" {
  host umount /etc/docker
  host rm -rf /etc/docker
  step_succeeds docker-daemon-config
  step_succeeds preflight remove
  run ! host test -e /etc/docker
}

@test "an empty file is empty again" {
  write_on_host "$DAEMON_JSON" </dev/null
  step_succeeds docker-daemon-config
  step_succeeds preflight remove
  same 0 "$(host stat -c %s "$DAEMON_JSON")"
}

@test "a file that already had the values is not written" {
  write_on_host "$DAEMON_JSON" <<<'{"ipv6":true,"fixed-cidr-v6":"fc00:172:17::/64"}'
  local before
  before=$(identity "$DAEMON_JSON")
  step_succeeds docker-daemon-config
  step_succeeds preflight remove
  same "$before" "$(identity "$DAEMON_JSON")"
}

@test "behind a symbolic link, the target is back" {
  write_on_host /etc/managed/docker.json <<<"$FOUND"
  host ln -s ../managed/docker.json "$DAEMON_JSON"
  step_succeeds docker-daemon-config
  step_succeeds preflight remove
  same ../managed/docker.json "$(host readlink "$DAEMON_JSON")"
  same "$FOUND" "$(on_host /etc/managed/docker.json)"
}

@test "in a file that was edited since, our keys go and the edits stay" {
  printf '%s' "$FOUND" | write_on_host "$DAEMON_JSON"
  step_succeeds docker-daemon-config
  on_host "$DAEMON_JSON" | jq '.["log-driver"] = "journald"' | write_on_host "$DAEMON_JSON"
  step_succeeds preflight remove
  says "was edited since"
  same '{"debug":true,"dns":[],"log-driver":"journald"}' "$(on_host "$DAEMON_JSON" | jq -c .)"
}

@test "in a file that was edited since, a key of ours that was there before stays" {
  write_on_host "$DAEMON_JSON" <<<'{"ipv6": true}'
  step_succeeds docker-daemon-config
  on_host "$DAEMON_JSON" | jq '.debug = true' | write_on_host "$DAEMON_JSON"
  step_succeeds preflight remove
  same '{"ipv6":true,"debug":true}' "$(on_host "$DAEMON_JSON" | jq -c .)"
}

@test "a key of ours that the user changed since stays as the user wants it" {
  step_succeeds docker-daemon-config
  on_host "$DAEMON_JSON" | jq '.["fixed-cidr-v6"] = "2001:db8:9::/64"' | write_on_host "$DAEMON_JSON"
  step_succeeds preflight remove
  same '{"fixed-cidr-v6":"2001:db8:9::/64"}' "$(on_host "$DAEMON_JSON" | jq -c .)"
}

@test "an edit between two deployments is kept at removal" {
  printf '%s' "$FOUND" | write_on_host "$DAEMON_JSON"
  step_succeeds docker-daemon-config
  on_host "$DAEMON_JSON" | jq '.debug = false' | write_on_host "$DAEMON_JSON"
  FIXED_CIDR_V6=fc00:172:18::/64
  step_succeeds docker-daemon-config
  step_succeeds preflight remove
  same '{"debug":false,"dns":[]}' "$(on_host "$DAEMON_JSON" | jq -c .)"
}

@test "a user who took our keys out and deploys again gets the edited file back" {
  printf '%s' "$FOUND" | write_on_host "$DAEMON_JSON"
  step_succeeds docker-daemon-config
  write_on_host "$DAEMON_JSON" <<<'{"debug": false}'
  step_succeeds docker-daemon-config
  step_succeeds preflight remove
  same '{"debug":false}' "$(on_host "$DAEMON_JSON" | jq -c .)"
}

@test "after two prefixes of ours the file is still back byte for byte" {
  printf '%s' "$FOUND" | write_on_host "$DAEMON_JSON"
  step_succeeds docker-daemon-config
  FIXED_CIDR_V6=fc00:172:18::/64
  step_succeeds docker-daemon-config
  step_succeeds preflight remove
  same "$FOUND" "$(on_host "$DAEMON_JSON")"
}

@test "a file that is no longer JSON stays as it is, and Docker is not restarted on it" {
  local text
  for text in '{"ipv6": true' '[]' '{} {}'; do
    host rm -f "$DAEMON_JSON"
    step_succeeds docker-daemon-config
    engine Bridge6=fc00:172:17::/64
    write_on_host "$DAEMON_JSON" <<<"$text"
    step_succeeds preflight remove
    says "Docker still runs with IPv6 on the default bridge ($DAEMON_JSON is not a JSON object"
    says "otherwise the host is as before the first deployment"
    same "$text" "$(on_host "$DAEMON_JSON")"
    not_called 'systemctl restart'
  done
}

@test "a file that was removed since stays away" {
  step_succeeds docker-daemon-config
  host rm "$DAEMON_JSON"
  step_succeeds preflight remove
  same "" "$(host ls -A /etc/docker)"
}

# survives_cut PROGRAM PATTERN [after]: cut off there, applied again, removed.
survives_cut() {
  printf '%s' "$FOUND" | write_on_host "$DAEMON_JSON"
  cut_off_at "$@"
  step_is_cut_off docker-daemon-config
  step_succeeds docker-daemon-config
  same true "$(on_host "$DAEMON_JSON" | jq .ipv6)"
  step_succeeds preflight remove
  same "$FOUND" "$(on_host "$DAEMON_JSON")"
  run ! host test -e "$RECORD"
}

@test "cut off at any write and applied again, the file is still back byte for byte" {
  survives_cut mv '*daemon.before'
  survives_cut mv '*daemon.keys'
  survives_cut mv '*daemon.written'
  survives_cut mv '*daemon.json'
}

@test "cut off and not applied again, the removal still leaves the file as it was" {
  local when
  for when in '' after; do
    printf '%s' "$FOUND" | write_on_host "$DAEMON_JSON"
    cut_off_at mv '*daemon.json' $when
    step_is_cut_off docker-daemon-config
    step_succeeds preflight remove
    same "$FOUND" "$(on_host "$DAEMON_JSON")"
  done
}

@test "a removal that was cut off is finished by the next" {
  local when
  for when in '' after; do
    printf '%s' "$FOUND" | write_on_host "$DAEMON_JSON"
    step_succeeds docker-daemon-config
    cut_off_at mv '*daemon.json' $when
    step_is_cut_off preflight remove
    step_succeeds preflight remove
    same "$FOUND" "$(on_host "$DAEMON_JSON")"
  done
}
