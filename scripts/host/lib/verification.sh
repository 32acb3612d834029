# shellcheck shell=bash
# The proof that a router's own IPv6 address reaches the collector. A packet
# comes in from a network namespace, so that it crosses PREROUTING as one from
# outside does; what counts is the peer address seen in the container's own
# namespace. The namespace never completes the handshake: the connection shows
# as SYN-RECV, and the collector, which would list whoever connects without
# speaking BMP as a router, is not told of it.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/bridge.sh
. "${BASH_SOURCE[0]%/*}/bridge.sh"
# shellcheck source=scripts/host/lib/collector.sh
. "${BASH_SOURCE[0]%/*}/collector.sh"
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
  local address advertised deadline=$((SECONDS + CONSUMER_PATIENCE_SECONDS)) told=false
  address=$(broker_address)
  until kafka_consumers_attached "$address"; do
    [ -e "/proc/$CONTAINER_PID" ] || container_stopped
    if [ "$SECONDS" -ge "$deadline" ]; then
      advertised=$(kafka_advertised "$address") || die "verification failed: no Kafka broker answers in $CONTAINER at port $KAFKA_CONTAINER_PORT, so no router gets a row: docker exec $CONTAINER tail /var/log/kafka.log"
      die "verification failed: nobody in $CONTAINER reads what routers send, so none gets a row. The broker sends its clients to ${advertised:0:300}: does that name lead to $CONTAINER, from inside? Else: docker exec $CONTAINER tail /var/log/mysql-consumer0.log"
    fi
    [ "$told" = true ] || say "waiting until the consumers of the database are attached"
    told=true
    sleep 0.5
  done
}
# They subscribe one pattern every ten seconds, the routers' in the second place.
CONSUMER_PATIENCE_SECONDS=${CONSUMER_PATIENCE_SECONDS:-120}

# Prints the result as JSON, or fails with the link that broke.
verify() {
  local address seen
  address=$(verification_address)
  [ -n "$address" ] || die "the host has no global IPv6 address"
  trap close_probe EXIT
  open_probe
  wait_for_bridge
  seen=$("verify_$MODE" "$address")
  verify_consumers
  jq -c '.consumers = "attached"' <<<"$seen"
}
