#!/usr/bin/env bats
# lib/kafka.sh: topics and consumers, asked by Kafka's own protocol.

load helper

teardown() {
  [ -z "${BROKER:-}" ] || kill "$BROKER"
}

# broker STATE: answers from then on as the JSON says.
broker() {
  state "$1"
  PORT=$((20000 + RANDOM % 20000))
  python3 "$TESTS/kafka-server.py" "$PORT" "$BATS_TEST_TMPDIR/state" 2>"$BATS_TEST_TMPDIR/broker.log" 3>&- &
  BROKER=$!
  soon bash -c "exec 3<>/dev/tcp/127.0.0.1/$PORT"
}

state() { printf '%s\n' "$1" >"$BATS_TEST_TMPDIR/state"; }

setup() { FAKE=$BATS_TEST_TMPDIR; }

# kafka TEXT: with the library.
kafka() {
  run --separate-stderr bash -euo pipefail -c ". '$HOST_SCRIPTS/lib/kafka.sh'; KAFKA_CONTAINER_PORT=${PORT:-1}; $1"
}

@test "topics that are not there are made by asking for them" {
  broker '{"advertised": ["localhost", 9092], "topics": {}}'
  kafka 'kafka_topics_exist 127.0.0.1'
  same 1 "$status"
  kafka 'kafka_topics_exist 127.0.0.1'
  same 0 "$status"
  same "11 openbmp.parsed.collector openbmp.parsed.evpn" \
    "$(jq -r '.topics | keys | "\(length) \(index("openbmp.parsed.collector") as $i | .[$i]) \(index("openbmp.parsed.evpn") as $i | .[$i])"' "$BATS_TEST_TMPDIR/state")"
}

@test "a broker that makes no topics does not have them" {
  broker '{"advertised": ["localhost", 9092], "topics": {}, "created": false}'
  kafka 'kafka_topics_exist 127.0.0.1'
  kafka 'kafka_topics_exist 127.0.0.1'
  same 1 "$status"
}

@test "the advertised name is said as the broker says it, printable" {
  broker '{"advertised": ["ip-10-0-0-1.ec2.internal", 9092], "topics": {}}'
  kafka 'kafka_advertised 127.0.0.1'
  same "0 ip-10-0-0-1.ec2.internal:9092" "$status $output"
  state '{"advertised": ["a\u001b[2J b", -1], "topics": {}}'
  kafka 'kafka_advertised 127.0.0.1'
  same '0 a?[2J?b:-1' "$status $output"
}

# attached STATE-OF-GROUPS: whether the consumers are.
attached() {
  state "{\"advertised\": [\"localhost\", 9092], \"topics\": {}, \"groups\": $1}"
  kafka 'kafka_consumers_attached 127.0.0.1'
  echo "$status"
}

@test "consumers are attached where one inside the container has partitions of the routers' topic" {
  broker '{}'
  same 0 "$(attached '{"openbmp-mysql-consumer": [["/127.0.0.1", {"openbmp.parsed.peer": 6}], ["/127.0.0.1", {"openbmp.parsed.collector": 2, "openbmp.parsed.router": 1}]]}')"
  same 0 "$(attached '{"a": [], "100 % of \"my\" own \\n": [["/0:0:0:0:0:0:0:1", {"openbmp.parsed.router": 6}]]}')"
}

@test "they are not where nobody has, nobody is there, or only somebody outside reads" {
  broker '{}'
  same 1 "$(attached '{"openbmp-mysql-consumer": [["/127.0.0.1", {"openbmp.parsed.peer": 6, "openbmp.parsed.router": 0}], ["/127.0.0.1", null]]}')"
  same 1 "$(attached '{"openbmp-mysql-consumer": []}')"
  same 1 "$(attached '{}')"
  same 1 "$(attached '{"x": [["/192.0.2.1", {"openbmp.parsed.router": 6}], ["/2001:db8:0:0:0:0:0:1", {"openbmp.parsed.router": 6}]]}')"
}

@test "an answer that is cut off, too long, endless or none is a failure, in its time" {
  local raw
  broker '{}'
  # Counts that promise more than there is: brokers, a string, a topic's partitions.
  for raw in 0000000800000000 0000000800000000000000 0000000c000000007fffffff00000000 0000000e000000000000000000000001 \
    7fffffff0000 00040001 ffffffff0000 00000004000000 ''; do
    state "{\"raw\": \"$raw\"}"
    kafka 'timeout 5 true; kafka_metadata 127.0.0.1 a'
    [ "$status" -ne 0 ] || {
      echo "accepted: $raw: $output"
      return 1
    }
    kafka 'kafka_consumers_attached 127.0.0.1'
    [ "$status" -ne 0 ]
    kafka 'kafka_topics_exist 127.0.0.1'
    [ "$status" -ne 0 ]
  done
}

@test "where nobody listens, nothing is there" {
  kafka 'kafka_topics_exist 127.0.0.1'
  same 1 "$status"
  kafka 'kafka_consumers_attached 127.0.0.1'
  same 1 "$status"
}

@test "a service, for which SIGPIPE is ignored, does not complain of a broker that is not there" {
  # Often enough that the request is written after its reader has ended.
  kafka 'trap "" PIPE; for round in 1 2 3 4 5 6 7 8 9 10; do kafka_topics_exist 127.0.0.1 || true; done'
  same "0 " "$status $stderr"
}
