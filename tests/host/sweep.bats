#!/usr/bin/env bats
# Step host, remove: takes away whatever of ours is left, and nothing else.

load helper

setup() {
  open_host
  VERIFY=false
  host ip link add name docker0 address 02:42:00:00:00:01 type bridge
}
teardown() { close_host; }

# deployed_up_to STEP: the chain ran that far.
deployed_up_to() {
  local step
  for step in $(installing_steps) collector-start; do
    [ "$step" != collector-start ] || collector_can_start
    step_succeeds "$step"
    [ "$step" != "$1" ] || return 0
  done
}

collector_can_start() {
  write_on_host /var/openbmp/config/openbmpd.conf <<<'base: {}'
  change_container openbmp_aio GlobalIPv6Address=fc00:172:17::2
}

# What matters to a user; directories that were there all the time are not it.
traces() {
  host bash -c 'find /mnt/etc /mnt/var /mnt/usr /etc/docker /etc/sysctl.d -not -type d -printf "%p %m\n"; ls -d /var/lib/openbmp* /usr/local/lib/openbmp* /etc/openbmp*' 2>&1 | sort
  host_network
  ls "$FAKE/containers" "$FAKE/units"
}

@test "on an untouched host nothing happens" {
  local before
  before=$(host_listing)
  step_succeeds preflight remove
  says "nothing of this stack is on the host"
  same "$before" "$(host_listing)"
  same "" "$(calls)"
}

@test "on a host of another stack nothing happens" {
  deployed_up_to aio-container
  local before
  before=$(host_listing)
  : >"$FAKE/calls"
  OWNER=openbmp-aio-ipv6/other
  step_succeeds preflight remove
  says "nothing of this stack is on the host"
  same "$before" "$(host_listing)"
  same "" "$(calls)"
}

@test "after any step, also the last, everything but the data is as before" {
  local step before
  before=$(traces)
  for step in $(installing_steps) collector-start; do
    deployed_up_to "$step"
    step_succeeds preflight remove
    host rm -rf /var/openbmp
    same "$before" "$(traces)"
  done
}

@test "a second removal does nothing" {
  deployed_up_to docker-restart
  step_succeeds preflight remove
  : >"$FAKE/calls"
  step_succeeds preflight remove
  says "nothing of this stack is on the host"
  same "" "$(calls)"
}

@test "the unit that makes the topics ends before the container goes" {
  deployed_up_to collector-start
  : >"$FAKE/calls"
  step_succeeds preflight remove
  calls 'systemctl disable --quiet --now openbmp-aio-ipv6-topics.service|docker rm ' | head -n 1 | grep topics
}

# with_a_login: the REST API has one of the stack's, that took the place of the image's own.
with_a_login() {
  write_on_host "$RECORD/rest-login" 600 <<<$'ours\t726561646572\t2A4142'
  write_on_host "$RECORD/rest-login.former" 600 <<<$'replaced\t6F70656E626D70\t2A3031'
  echo openbmp:openbmp >"$FAKE/accounts"
  : >"$FAKE/calls"
}

ORIGINAL_LOGIN="UPDATE users SET username = CONVERT(X'6F70656E626D70' USING latin1), password = CONVERT(X'2A3031' USING latin1) WHERE username = CONVERT(X'726561646572' USING latin1) AND password = CONVERT(X'2A4142' USING latin1);"

@test "the login of a container that goes goes with it" {
  deployed_up_to collector-start
  with_a_login
  step_succeeds preflight remove
  not_called mysql
  run ! host test -e "$RECORD"
}

@test "a container that was adopted has its former login again" {
  fitting_container GlobalIPv6Address=fc00:172:17::2
  deployed_up_to collector-start
  with_a_login
  step_succeeds preflight remove
  says "the REST API has its original login again"
  same "$ORIGINAL_LOGIN" "$(cat "$FAKE/sql")"
  same openbmp_aio "$(running)"
}

@test "one that is restored has it, from the database that it shares, while that runs" {
  has_container openbmp_aio Image=other:1
  REPLACE_CONTAINER=true
  deployed_up_to collector-start
  with_a_login
  step_succeeds preflight remove
  says "the REST API has its original login again"
  same "$ORIGINAL_LOGIN" "$(cat "$FAKE/sql")"
  calls '^mysql|docker (stop|rm) ' | head -n 1 | grep mysql
  same other:1 "$(container openbmp_aio Image)"
}

@test "a database that does not answer keeps the login, and the removal goes on" {
  fitting_container GlobalIPv6Address=fc00:172:17::2
  deployed_up_to collector-start
  with_a_login
  rm "$FAKE/accounts"
  step_succeeds preflight remove
  says "the REST API keeps the login of this stack, since the database of openbmp_aio does not answer"
  says "the host is as before the first deployment"
}

@test "the data stays" {
  deployed_up_to aio-container
  write_on_host /var/openbmp/mysql/ibdata1 <<<data
  step_succeeds preflight remove
  same data "$(on_host /var/openbmp/mysql/ibdata1)"
}

@test "what a configuration step left that was cut off goes, but for a text that is nowhere else" {
  local staging=/var/openbmp/.openbmp-aio-ipv6
  echo 'base: {}' >"$FAKE/openbmpd.conf"
  deployed_up_to aio-container
  cut_off_at sync '*'
  step_is_cut_off collector-config read
  step_succeeds preflight remove
  same "config mysql" "$(host ls -A /var/openbmp | paste -sd ' ')"
  same "" "$(host ls -A /var/openbmp/config)"
  deployed_up_to aio-container
  host mkdir -m 700 "$staging"
  host touch "$staging/whole"
  step_succeeds preflight remove
  host test -e "$staging/whole"
}

@test "a verification that was killed leaves nothing behind" {
  deployed_up_to docker-restart
  host ip netns add openbmp-probe
  host ip link add openbmp-probe type veth peer name eth0 netns openbmp-probe
  step_succeeds preflight remove
  same "" "$(host ip netns)"
  run ! host ip link show openbmp-probe
}

@test "without an engine it says so, changes nothing, and works once the engine is back" {
  deployed_up_to aio-container
  touch "$FAKE/engine-down"
  local before
  before=$(host_listing)
  step_refuses "no Docker engine answers" preflight remove
  same "$before" "$(host_listing)"
  rm "$FAKE/engine-down"
  step_succeeds preflight remove
  same "" "$(ls "$FAKE/containers")"
}

@test "an engine that does not start again ends the removal, and the next one finishes it" {
  has_container web
  has_container stopped Running=false RestartPolicy=always
  has_container openbmp_aio Image=other:1 RestartPolicy=always
  REPLACE_CONTAINER=true
  deployed_up_to aio-container
  cat >"$FAKE/on-restart" <<<'false'
  step_refuses "Docker does not answer after its restart (Docker does not start: unit failed: the journal says why): start it and destroy again" preflight remove
  rm "$FAKE/on-restart"
  host systemctl restart docker.service
  same "" "$(running)"
  step_succeeds preflight remove
  says "the host is as before the first deployment"
  same "openbmp_aio web" "$(running)"
  same "always other:1" "$(container stopped RestartPolicy) $(container openbmp_aio Image)"
  run ! host test -e "$RECORD"
}

@test "a container that was backed up and is gone is said to be gone" {
  has_container openbmp_aio Image=other:1
  REPLACE_CONTAINER=true
  deployed_up_to aio-container
  rm "$FAKE/containers/openbmp_aio.before"
  step_succeeds preflight remove
  says "the original container is no longer there as openbmp_aio.before"
}

@test "rules go also by a program that somebody made not executable" {
  local before
  before=$(rules)
  deployed_up_to ipv6-dnat
  host chmod 644 /usr/local/lib/openbmp-aio-ipv6/openbmp-dnat
  step_succeeds preflight remove
  same "$before" "$(rules)"
}

@test "rules that somebody saved while they were there are named, and their file stays" {
  deployed_up_to ipv6-dnat
  host mkdir -p /etc/iptables
  host bash -c 'ip6tables-save >/etc/iptables/rules.v6'
  step_succeeds preflight remove
  says "rules of this deployment are saved in /etc/iptables/rules.v6, from where the next boot would load them: save what is there now (netfilter-persistent save)"
  on_host /etc/iptables/rules.v6 | grep -q OPENBMP-
}

@test "a container that does not stop in time is removed all the same" {
  deployed_up_to aio-container
  cat >"$FAKE/bin/docker" <<'STUB'
#!/bin/bash
[ "$1" != stop ] || exit 1
PATH=${PATH#*:} exec docker "$@"
STUB
  chmod +x "$FAKE/bin/docker"
  step_succeeds preflight remove
  same "" "$(ls "$FAKE/containers")"
}

@test "cut off anywhere, the next removal finishes" {
  local where
  for where in 'docker:rm *' 'rm:-f /etc/docker/daemon.json' 'systemctl:restart *'; do
    deployed_up_to ipv6-dnat
    cut_off_at "${where%%:*}" "${where#*:}" after
    step_is_cut_off preflight remove
    step_succeeds preflight remove
    same "" "$(host bash -c 'ls -d /var/lib/openbmp* /usr/local/lib/openbmp* /etc/openbmp* /etc/docker/*' 2>/dev/null)"
    same "" "$(ls "$FAKE/containers")$(engine_has Bridge6)"
    run ! grep OPENBMP < <(host_network)
  done
}
