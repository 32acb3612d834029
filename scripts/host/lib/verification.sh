# shellcheck shell=bash
# The verification that a router's own IPv6 address reaches the collector. A packet
# comes in from a network namespace, so that it crosses PREROUTING as one from
# outside does; what counts is the peer address seen in the container's own
# namespace. The namespace never completes the handshake: the connection shows
# as SYN-RECV, and the collector, which would list whoever connects without
# speaking BMP as a router, is not told of it.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/bridge.sh
. "${BASH_SOURCE[0]%/*}/bridge.sh"
# shellcheck source=scripts/host/lib/brokers.sh
. "${BASH_SOURCE[0]%/*}/brokers.sh"
# shellcheck source=scripts/host/lib/collector.sh
. "${BASH_SOURCE[0]%/*}/collector.sh"
# shellcheck source=scripts/host/lib/config-directory.sh
. "${BASH_SOURCE[0]%/*}/config-directory.sh"
# shellcheck source=scripts/host/lib/database.sh
. "${BASH_SOURCE[0]%/*}/database.sh"
# shellcheck source=scripts/host/lib/kafka.sh
. "${BASH_SOURCE[0]%/*}/kafka.sh"
# shellcheck source=scripts/host/lib/ports.sh
. "${BASH_SOURCE[0]%/*}/ports.sh"
# shellcheck source=scripts/host/lib/probe.sh
. "${BASH_SOURCE[0]%/*}/probe.sh"
# shellcheck source=scripts/host/lib/topics.sh
. "${BASH_SOURCE[0]%/*}/topics.sh"
# shellcheck source=scripts/host/lib/verify-datapath.sh
. "${BASH_SOURCE[0]%/*}/verify-datapath.sh"

# What is between a router's message and its row: the broker, and consumers that
# got the topic of the routers to read. They go to where the broker sends them.
verify_consumers() {
  local address begun=$SECONDS told='' patience=$CONSUMER_PATIENCE_SECONDS refused='' asked=false
  address=$(broker_address)
  until kafka_consumers_attached "$address"; do
    [ -e "/proc/$CONTAINER_PID" ] || container_stopped
    still_waiting "the consumers of the database are attached" consumers_progress "$address"
    if [ "$asked" = false ]; then
      asked=true
      refused=$(consumer_login_problem)
      [ -z "$refused" ] || patience=$REFUSED_PATIENCE_SECONDS
    fi
    [ $((SECONDS - begun)) -lt "$patience" ] || consumers_are_missing "$address" "$refused"
    # Often at first; what takes minutes is checked less often.
    if [ $((SECONDS - begun)) -lt 3 ]; then sleep 0.1; else sleep 0.5; fi
  done
}
# They subscribe one pattern every ten seconds, the routers' in the second place.
CONSUMER_PATIENCE_SECONDS=${CONSUMER_PATIENCE_SECONDS:-120}
# Those that are refused end at once. An image whose consumers know the password from elsewhere has this time.
REFUSED_PATIENCE_SECONDS=${REFUSED_PATIENCE_SECONDS:-30}

# consumers_progress ADDRESS
consumers_progress() {
  if kafka_advertised "$1" >/dev/null; then
    echo "the broker answers, and nobody in $CONTAINER reads the topic $ROUTER_TOPIC yet"
  else
    echo "the broker does not answer at port $KAFKA_CONTAINER_PORT"
  fi
}

# consumer_login_problem: a line where the database refuses the only password that the
# image's consumers have.
consumer_login_problem() {
  ! consumers_file_exists && [ "$(database_answer "$DATABASE_USER" "$PUBLIC_DATABASE_PASSWORD")" = no ] || return 0
  echo "Its consumers do not read OPENBMP_DB_PASSWORD: without $CONSUMERS_FILE they have the image's own password," \
    "and the database refuses it. Write that file (docs/outside-consumers.md) and run again: the collector starts" \
    "with it"
}

# consumers_are_missing ADDRESS REFUSED: ends the step with the link that broke.
consumers_are_missing() {
  local advertised reason=$2
  advertised=$(kafka_advertised "$1") ||
    die "verification failed: no Kafka broker answers in $CONTAINER at port $KAFKA_CONTAINER_PORT, so no router gets" \
      "a row: docker exec $CONTAINER tail /var/log/kafka.log"
  reason=${reason:-"The broker sends its clients to ${advertised:0:300}: does that name lead to $CONTAINER, from inside? Else its consumers ended: docker logs $CONTAINER, and docker exec $CONTAINER tail /var/log/mysql-consumer0.log"}
  die "verification failed: nobody in $CONTAINER reads what routers send, so none gets a row. $reason"
}

# Says what was verified and prints it as JSON, or fails with the link that broke.
verify() {
  local address seen verified broker
  address=$(verification_address)
  [ -n "$address" ] || die "the host has no global IPv6 address: give one of its interfaces one, or set" \
    "routerFacingAddress to that of a tunnel or a bridge"
  trap close_probe EXIT
  open_probe
  wait_for_bridge_addresses
  seen=$("verify_$MODE" "$address")
  if is_aio; then
    verify_consumers
    seen=$(jq -c '.consumers = "attached"' <<<"$seen")
  else
    broker=$(verify_brokers)
    seen=$(jq -c --arg broker "$broker" '.broker = $broker' <<<"$seen")
  fi
  verified=$(jq -r '"a packet from \(.sentFrom) to \(.sentTo) arrives in the container as from \(.restSeenFrom // .bmpSeenFrom)"' <<<"$seen")
  say "verified: $verified"
  printf '%s\n' "$seen"
}
