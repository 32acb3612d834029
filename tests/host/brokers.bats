#!/usr/bin/env bats
# lib/brokers.sh: whether the container reaches a broker, and the one that it is sent to.

load helper

setup() { FAKE=$BATS_TEST_TMPDIR; }

teardown() {
  [ -z "${BROKER:-}" ] || kill "$BROKER"
}

# broker STATE: answers from then on as the JSON says; PORT in it is its own.
broker() {
  PORT=$((20000 + RANDOM % 20000))
  printf '%s\n' "${1//PORT/$PORT}" >"$BATS_TEST_TMPDIR/state"
  python3 "$TESTS/kafka-server.py" "$PORT" "$BATS_TEST_TMPDIR/state" 2>"$BATS_TEST_TMPDIR/broker.log" 3>&- &
  BROKER=$!
  soon bash -c "exec 3<>/dev/tcp/127.0.0.1/$PORT"
}

# verifying BROKER…: in place of the container, this machine; a sleep takes a second that nobody waits for.
verifying() {
  run --separate-stderr bash -euo pipefail -c '. "$0/lib/brokers.sh"
    KAFKA_BROKERS=("$@") CONTAINER_PID=$$ BROKER_PATIENCE_SECONDS=2 BROKER_SECONDS=1
    docker() { [[ $1 == exec ]]; [[ $2 == --interactive ]] && shift; "${@:3}"; }
    export -f docker
    timeout() { [ "$2" != docker ] || { "${@:2}"; return; }; command timeout "$@"; }
    sleep() { SECONDS=$((SECONDS + 1)); }
    verify_brokers' "$HOST_SCRIPTS" "$@"
}

@test "a broker that answers and sends to one that answers is named" {
  broker '{"brokers": [["127.0.0.1", 1], ["127.0.0.1", PORT]]}'
  verifying "127.0.0.1:1" "127.0.0.1:$PORT"
  same "0 127.0.0.1:$PORT" "$status $output"
}

@test "one over IPv6 is, too" {
  broker '{"brokers": [["::1", PORT]]}'
  verifying "[::1]:$PORT"
  same "0 [::1]:$PORT" "$status $output"
}

@test "where none answers, each is named with its reason" {
  verifying 127.0.0.1:1 no-such-host.invalid:9092
  same 1 "$status"
  says "verification failed: no broker of kafkaBrokers answers to openbmp_aio"
  says "127.0.0.1:1 ("
  says "Connection refused"
  says "no-such-host.invalid:9092 ("
}

@test "what takes connections and is no broker in clear is said to be that" {
  broker '{"brokers": [], "raw": "15030300020128"}'
  verifying "127.0.0.1:$PORT"
  same 1 "$status"
  says "127.0.0.1:$PORT (it takes connections, and gives no answer of a broker's in clear: name a listener without TLS and without a login)"
}

@test "a broker that sends its clients to where there is none is named with that" {
  broker '{"brokers": [["127.0.0.1", 1]]}'
  verifying "127.0.0.1:$PORT"
  same 1 "$status"
  says "verification failed: in Kafka, 127.0.0.1:$PORT sends it to 127.0.0.1:1 ("
  says "give the brokers an advertised.listeners that leads to them"
}
