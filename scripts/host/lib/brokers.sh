# shellcheck shell=bash
# Whether a collector that has no broker of its own reaches those that it is to
# write to. They are asked who they are, from inside the container and by its own
# name service, as openbmpd asks them: no topic is named, and nothing is written.
# Input: KAFKA_BROKERS (array), each HOST:PORT, IPv6 in brackets.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/collector.sh
. "${BASH_SOURCE[0]%/*}/collector.sh"
# shellcheck source=scripts/host/lib/kafka.sh
. "${BASH_SOURCE[0]%/*}/kafka.sh"
# shellcheck source=scripts/host/lib/progress.sh
. "${BASH_SOURCE[0]%/*}/progress.sh"

# A broker that is moved or restarted at this moment is waited for so long.
BROKER_PATIENCE_SECONDS=${BROKER_PATIENCE_SECONDS:-30}
# What a connection is given.
BROKER_SECONDS=5

# split_broker HOST:PORT: leaves host and port, without brackets.
split_broker() {
  host=${1%:*} port=${1##*:}
  host=${host#[} host=${host%]}
}

# known_brokers HOST:PORT: where that broker sends its clients, one HOST:PORT a
# line; a failure where no broker answers. By version 1 of the request, which knows
# "no topics" apart from "all topics" (Kafka 0.10 and newer).
known_brokers() {
  local host port
  split_broker "$1"
  kafka_exchange "$host" "$port" "$KAFKA_METADATA" 1 "$(kafka_int32 0)" docker exec --interactive "$CONTAINER" |
    kafka_parse '
    for (brokers = int32(); brokers > 0; brokers--) {
      int32(); host = string(); port = int32(); string()
      print (host ~ /:/ ? "[" host "]" : host) ":" port
    }'
}

# broker_problem HOST:PORT: why that broker does not answer, in words of the container's shell.
broker_problem() {
  local host port words status=0
  split_broker "$1"
  # shellcheck disable=SC2016 # the inner shell's own variables
  words=$(timeout $((BROKER_SECONDS + 5)) docker exec "$CONTAINER" timeout "$BROKER_SECONDS" bash -c \
    'exec 3<>"/dev/tcp/$0/$1"' "$host" "$port" 2>&1 </dev/null | message_head) || status=$?
  words=${words%%$'\n'*}
  case $status in
  0) echo "it takes connections, and gives no answer of a broker's in clear: name a listener without TLS and without a login" ;;
  124) echo "no answer within $BROKER_SECONDS s: check the firewalls on the way" ;;
  *) echo "${words:0:200}" ;;
  esac
}

# reached_broker: the first of KAFKA_BROKERS that answers and sends the container to a broker that answers, too. Leaves
# in `unreachable` where brokers sent it to in vain.
reached_broker() {
  local broker known each
  for broker in "${KAFKA_BROKERS[@]}"; do
    if ! known=$(known_brokers "$broker") || [ -z "$known" ]; then continue; fi
    while read -r each; do
      if known_brokers "$each" >/dev/null; then
        reached=$broker
        return
      fi
      unreachable="$broker sends it to $each ($(broker_problem "$each"))"
    done <<<"$(head -n 20 <<<"$known")"
  done
  return 1
}

# verify_brokers: prints the broker that was reached, or fails with the link that broke.
verify_brokers() {
  local begun=$SECONDS told='' reached='' unreachable=''
  until reached_broker; do
    [ -e "/proc/$CONTAINER_PID" ] || container_stopped
    [ $((SECONDS - begun)) -lt "$BROKER_PATIENCE_SECONDS" ] || brokers_are_missing
    still_waiting "a Kafka broker answers to $CONTAINER" echo "none of ${KAFKA_BROKERS[*]} does"
    sleep 1
  done
  printf '%s\n' "$reached"
}

# brokers_are_missing: ends the step.
brokers_are_missing() {
  local broker tried=()
  [ -z "$unreachable" ] ||
    die "verification failed: in Kafka, $unreachable, and $CONTAINER reaches no broker that it is sent to, so nothing of" \
      "a router gets there: give the brokers an advertised.listeners that leads to them from this host, or the name" \
      "an address in the file hosts of the directory that is /config (docs/kafka.md)"
  for broker in "${KAFKA_BROKERS[@]}"; do tried+=("$broker ($(broker_problem "$broker"))"); done
  die "verification failed: no broker of kafkaBrokers answers to $CONTAINER, so nothing of a router gets there:" \
    "$(join_with_semicolons "${tried[@]}"). Check their names and ports (docs/kafka.md); the collector itself goes" \
    "on trying, and keeps its routers waiting"
}
