#!/usr/bin/env bats
# openbmp-topics, as the unit runs it: the collector's topics are made at each start of its container.

load helper
load network

setup() {
  open_host
  has_container openbmp_aio IPAddress=127.0.0.1
}
teardown() { close_network; }

NO_TOPICS='{"advertised": ["localhost", 9092], "topics": {}}'

topics() { jq -r '.topics | length' "$FAKE/broker"; }

inspections() { calls 'docker container inspect' | wc -l; }

# done_times NUMBER: so often it has found all topics there.
done_times() { [ "$(grep -cxF 'the topics of openbmp_aio are there' "$FAKE/follow.log")" -eq "$1" ]; }

gave_up_times() { [ "$(grep -cxF 'the broker of openbmp_aio has not all topics after 1 seconds' "$FAKE/follow.log")" -eq "$1" ]; }

waits() { [ "$(inspections)" -ge 2 ]; }

# looks_no_more: at a container that it has seen once at least.
looks_no_more() {
  local before
  soon eval '[ "$(inspections)" -ge 1 ]'
  # Its pause while a broker starts is half a second.
  sleep 0.7
  before=$(inspections)
  sleep 0.7
  same "$before" "$(inspections)"
}

# ends: by itself, as a failure, so that systemd starts it again.
ends() {
  local status=0
  timeout 5 tail --pid "$FOLLOW_PID" -f /dev/null
  wait "$FOLLOW_PID" || status=$?
  same 1 "$status"
}

@test "a container that runs already gets its topics, and nothing is run in it" {
  broker "$NO_TOPICS"
  start_follow openbmp-topics
  soon done_times 1
  same 11 "$(topics)"
  not_called 'docker (exec|start|stop|restart|cp|logs)'
}

@test "Kafka forgets them at each start, and each start gets them" {
  local start
  broker "$NO_TOPICS"
  start_follow openbmp-topics
  soon done_times 1
  for start in 2 3; do
    broker_has "$NO_TOPICS"
    event start
    soon done_times "$start"
    same 11 "$(topics)"
  done
}

@test "a broker that comes later, or makes its topics later, is waited for" {
  start_follow openbmp-topics
  soon waits
  broker '{"advertised": ["localhost", 9092], "topics": {}, "created": false}'
  sleep 0.7
  done_times 0
  same 0 "$(topics)"
  broker_has "$NO_TOPICS"
  soon done_times 1
  same 11 "$(topics)"
}

@test "a container that does not run, or is not there, is given up until it starts" {
  change_container openbmp_aio Running=false
  start_follow openbmp-topics
  looks_no_more
  rm "$FAKE/containers/openbmp_aio"
  event start
  looks_no_more
  has_container openbmp_aio IPAddress=127.0.0.1
  broker "$NO_TOPICS"
  event start
  soon done_times 1
}

@test "one that ends while its broker is waited for is given up" {
  start_follow openbmp-topics
  soon waits
  change_container openbmp_aio Running=false
  looks_no_more
}

@test "it ends when Docker's events end, so that systemd starts it again" {
  broker "$NO_TOPICS"
  start_follow openbmp-topics
  soon done_times 1
  exec {EVENTS}>&-
  ends
}

@test "it ends with an engine that ends while a broker is waited for" {
  start_follow openbmp-topics
  soon waits
  touch "$FAKE/engine-down"
  exec {EVENTS}>&-
  ends
}

@test "a broker that never has them is said, and the next start is waited for" {
  # As it is on the host, with less patience.
  mkdir "$FAKE/installed"
  sed 's/^START_SECONDS=.*/START_SECONDS=1/' "$BUNDLES/installed/openbmp-topics" >"$FAKE/installed/openbmp-topics"
  HOST_SCRIPTS=$FAKE
  start_follow openbmp-topics
  soon gave_up_times 1
  looks_no_more
  event start
  soon gave_up_times 2
}
