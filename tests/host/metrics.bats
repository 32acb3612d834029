#!/usr/bin/env bats
# Step metrics: a timer that writes what there is to know of the collector for Prometheus.

load helper

setup() {
  open_host
  METRICS_DIRECTORY=/var/lib/metrics
}
teardown() { close_host; }

# node_exporter USER ARGUMENT…: a process of that name.
node_exporter() {
  host cp --no-clobber "$(type -P bash)" /usr/local/bin/node_exporter
  in_background setpriv --reuid "$1" /usr/local/bin/node_exporter -c 'sleep 999; :' "${@:2}"
  soon grep -qx node_exporter "/proc/$!/comm"
}

# metrics_text: of the facts on stdin.
metrics_text() {
  bash -euc '. "$0" && metrics_text' "$HOST_SCRIPTS/lib/metrics-text.sh"
}

@test "the program, its settings and its timer are installed once, and drift says what is not so" {
  local before
  step_succeeds metrics
  says "metrics of the collector are in /var/lib/metrics/openbmp-aio-ipv6.prom"
  same $'METRICS_DIRECTORY=/var/lib/metrics\nROUTER_FACING_ADDRESS=\'\'' "$(on_host /usr/local/lib/openbmp-aio-ipv6/metrics.conf)"
  on_host /etc/systemd/system/openbmp-aio-ipv6-metrics.service | grep -xF 'ReadWritePaths=/run /var/lib/metrics'
  before=$(identity /usr/local/lib/openbmp-aio-ipv6/openbmp-metrics)
  : >"$FAKE/calls"
  step_succeeds metrics
  same "$before" "$(identity /usr/local/lib/openbmp-aio-ipv6/openbmp-metrics)"
  not_called 'daemon-reload|restart'
  step_succeeds metrics drift
  same "" "$output"
  rm "$FAKE/units/openbmp-aio-ipv6-metrics.timer.active"
  host chmod 600 /usr/local/lib/openbmp-aio-ipv6/openbmp-metrics
  touch "$FAKE/units/openbmp-aio-ipv6-metrics.service.failed"
  step_succeeds metrics drift
  [[ $output == *"openbmp-metrics is not executable"*"openbmp-aio-ipv6-metrics.timer is not active"*"openbmp-aio-ipv6-metrics.service failed"* ]]
}

@test "a first look that fails is the step's failure" {
  touch "$FAKE/units-fail"
  step_refuses "the unit openbmp-aio-ipv6-metrics.service failed:" metrics
}

@test "removed, nothing is left, the last file neither; of another stack's nothing goes" {
  step_succeeds metrics
  write_on_host /var/lib/metrics/openbmp-aio-ipv6.prom <<<'openbmp_engine_up 1'
  OWNER=openbmp-aio-ipv6/other step_succeeds metrics remove
  host test -e /var/lib/metrics/openbmp-aio-ipv6.prom
  step_succeeds metrics remove
  same "" "$(host find /var/lib/metrics /usr/local/lib/openbmp-aio-ipv6 /etc/systemd/system -name '*ipv6-metrics*' -o -name 'openbmp-metrics' -o -name '*.prom')"
}

@test "the directory is found by a node_exporter that runs, however its flag is written" {
  METRICS=true METRICS_DIRECTORY=''
  host mkdir -p /var/lib/one /var/lib/prometheus/node-exporter
  step_succeeds metrics
  says "in /var/lib/prometheus/node-exporter/"
  # A user of the host may run anything under that name.
  node_exporter 1000 --collector.textfile.directory=/var/lib/theirs
  step_succeeds metrics
  says "in /var/lib/prometheus/node-exporter/"
  host test ! -e /var/lib/theirs
  node_exporter 0 --collector.textfile.directory $'/var/lib/%i\n'
  step_succeeds metrics
  says "in /var/lib/prometheus/node-exporter/"
  kill "$!"
  node_exporter 61200 --collector.textfile.directory=/var/lib/one
  step_succeeds metrics
  says "in /var/lib/one/"
}

@test "where there is none, the preflight says so" {
  METRICS=true METRICS_DIRECTORY=''
  step_refuses "no node_exporter with a textfile collector is found: start it with --collector.textfile.directory, or set metricsDirectory" preflight
  METRICS_DIRECTORY=/var/lib/nowhere
  step_refuses "the metrics' directory /var/lib/nowhere does not exist: make it, or set another metricsDirectory" preflight
}

@test "a router's name is a label, whatever is in it" {
  local text
  text=$(
    metrics_text <<'FACTS'
{"mode": "dnat", "now": 5000, "engine": {"version": "29.1"}, "addresses": [{"address": "fc00::1"}],
 "database": {"known": 2, "connected": 2, "bytes": 7, "lastRow": null, "routers": [
   {"name": "a\"}\nb\\ \u001b", "address": "2001:db8::1", "connected": true, "changed": 1000},
   {"name": "a\"}\nb\\ \u202e", "address": "2001:db8::1", "connected": false, "changed": 900},
   {"name": "", "address": "fc00::1", "connected": true, "changed": null}]}}
FACTS
  )
  # Two that look alike would be one series twice.
  same 'openbmp_router_up{router="a\"}?b\\ ?",address="2001:db8::1"} 1
openbmp_router_up{router="",address="fc00::1"} 1' "$(grep '^openbmp_router_up' <<<"$text")"
  [[ $text == *$'\nopenbmp_router_address_own{router="",address="fc00::1"} 0\n'* ]]
  [[ $text == *$'\nopenbmp_routers_under_foreign_address 1\n'* ]]
  [[ $text != *openbmp_last_row* ]]
}

@test "of what the database says, numbers are numbers and rows have their columns" {
  same '{"known":null,"connected":2,"bytes":null,"lastRow":1706670000.5,"routers":[{"name":"r\t1","address":"::1","connected":true,"changed":null}]}' \
    "$(printf '%s\n' $'nan\t2' $'-1\t1706670000.5' $'r\\t1\t::1\t1\tInfinity' 'no columns' | bash -euc '. "$0"
      collector_database() { cat <&3; }
      database_facts 3<&0' "$HOST_SCRIPTS/inspect/session-facts.sh" | jq -c .database)"
}

@test "with PAT on purpose, no address is foreign; what is not known has no line" {
  local text
  text=$(metrics_text <<<'{"mode": "proxy", "engine": null, "addresses": [{"address": "fc00::1"}],
    "database": {"known": 1, "routers": [{"name": "r", "address": "fc00::1", "connected": true}]}}')
  [[ $text == *$'\nopenbmp_routers_under_foreign_address 0\n'* ]]
  [[ $text == *$'\nopenbmp_engine_up 0\n'* ]]
  [[ $text != *verification* && $text != *null* ]]
}
