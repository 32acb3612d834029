# shellcheck shell=bash
# The proof that a router's own IPv6 address reaches the collector. A packet
# comes in from a network namespace, so that it crosses PREROUTING as one from
# outside does; what counts is the peer address seen in the container's own
# namespace. The namespace never completes the handshake: the connection shows
# as SYN-RECV, and the collector, which would list whoever connects without
# speaking BMP as a router, is not told of it.

# Another one each time: what a former proof left half open proves nothing now.
PROBE_ADDRESS=$(printf "%s:%x:%x:%x:%x" "$PROBE_PREFIX" $((RANDOM + 1)) $((RANDOM + 1)) $((RANDOM + 1)) $((RANDOM + 1)))

# in_container COMMAND…: in the container's network namespace.
in_container() { nsenter --net --target "$CONTAINER_PID" "$@"; }

open_probe() {
  close_probe
  ip netns add "$PROBE"
  ip link add "$PROBE" type veth peer name eth0 netns "$PROBE"
  # A host may switch IPv6 off for interfaces to come.
  echo 0 >"/proc/sys/net/ipv6/conf/$PROBE/disable_ipv6"
  ip netns exec "$PROBE" sh -c 'echo 0 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6'
  ip -6 addr add "$PROBE_PREFIX::1/64" dev "$PROBE" nodad
  ip link set "$PROBE" up
  ip -n "$PROBE" -6 addr add "$PROBE_ADDRESS/64" dev eth0 nodad
  ip -n "$PROBE" link set eth0 up
  ip -n "$PROBE" -6 route add default via "$PROBE_PREFIX::1"
  # The handshake's last packet stays here.
  ip netns exec "$PROBE" ip6tables -A OUTPUT -p tcp --tcp-flags SYN,RST,ACK ACK -j DROP
}

close_probe() {
  ip netns del "$PROBE" 2>/dev/null || true
  ip link del "$PROBE" 2>/dev/null || true
}

# half_open ADDRESS PORT: sends a SYN for a moment, in the background.
half_open() {
  ip netns exec "$PROBE" timeout 3 bash -c "exec 3<>/dev/tcp/$1/$2" >/dev/null 2>&1 &
}

# half_open_peers WHERE…: what waits for a handshake's end in that namespace.
half_open_peers() {
  "$@" ss --no-header --numeric --tcp state syn-recv
}

# listens_on_ipv6 PORT LISTENERS
listens_on_ipv6() { [[ " $2 " == *" [::]:$1 "* || " $2 " == *" *:$1 "* ]]; }

# Until START_DEADLINE: the first start fills a database for minutes. One that has
# opened its BMP port for IPv4 only will not open it for IPv6 later.
wait_for_listeners() {
  local begun=$SECONDS ipv4_since='' there
  until there=$(listeners 2>/dev/null) && listens_on_ipv6 "$REST_CONTAINER_PORT" "$there" && listens_on_ipv6 "$BMP_CONTAINER_PORT" "$there"; do
    # Started again by Docker, it has another process.
    [ -e "/proc/$CONTAINER_PID" ] || container_stopped
    if [[ " $there " == *":$BMP_CONTAINER_PORT "* ]] && ! listens_on_ipv6 "$BMP_CONTAINER_PORT" "$there"; then
      ipv4_since=${ipv4_since:-$SECONDS}
    else
      ipv4_since=''
    fi
    if [ "$SECONDS" -ge "$START_DEADLINE" ] || [ $((SECONDS - ${ipv4_since:-$SECONDS})) -ge 10 ]; then
      die "verification failed: container not listening on IPv6: it listens at $there"
    fi
    # Often at first; what takes minutes is looked for less often.
    if [ $((SECONDS - begun)) -lt 3 ]; then sleep 0.02; else sleep 0.5; fi
  done
}

container_stopped() {
  local refusal
  refusal=$(refusal_of_openbmpd)
  [ -z "$refusal" ] ||
    die "the collector does not accept $CONFIG_DIRECTORY/openbmpd.conf ($refusal): edit the file, give \"reapply\" a new value and run again"
  die "the container stopped: $(docker logs --tail 3 "$CONTAINER" 2>&1 | beginning | paste -sd ' ')"
}

# What openbmpd says of a file that it does not load, since this step began: the
# image goes on to other lines, and ends as if all were well. Lines have any length.
refusal_of_openbmpd() {
  docker logs --since "$((SECONDS + 1))s" --tail 200 "$CONTAINER" 2>&1 | LC_ALL=C cut --bytes 1-500 |
    LC_ALL=C grep --text --only-matching 'ERROR: Failed to load.*' | tail --lines 1 || true
}

# The container may listen at as many addresses as it likes.
listeners() {
  in_container ss --no-header --numeric --listening --tcp | awk 'NR <= 1000 { print $4 }' | paste -sd ' '
}

# A bridge that has just come up cannot ask for its neighbours until its own
# addresses are known to be unique, and asks a second time only after a second.
wait_for_bridge() {
  local looks=0
  while [ -n "$(ip -6 addr show dev "$BRIDGE" tentative 2>/dev/null)" ] && [ $((looks += 1)) -le 60 ]; do
    sleep 0.05
  done
}

# verify_port HOST_ADDRESS HOST_PORT CONTAINER_PORT: prints the source address
# that the container saw.
verify_port() {
  local address=$1 port=$2 inner=$3 deadline=$((SECONDS + 3)) seen
  half_open "$address" "$port"
  while [ "$SECONDS" -le "$deadline" ]; do
    seen=$(half_open_peers in_container | awk -v port=":$inner" 'substr($3, length($3) - length(port) + 1) == port { print $4 }' |
      sed -E 's/^\[(.*)\]:[0-9]+$/\1/' | grep -xF "$PROBE_ADDRESS" | head -n 1 || true)
    if [ -n "$seen" ]; then
      echo "$seen"
      return
    fi
    sleep 0.01
  done
  return 1
}

# broken_link HOST_ADDRESS HOST_PORT CONTAINER_PORT: which link of the way broke.
broken_link() {
  local address=$1 port=$2 inner=$3 container_address
  IFS=, read -r container_address _ < <("$DNAT_PROGRAM" where)
  if [ -z "$container_address" ]; then
    echo "engine without IPv6: the container has no IPv6 address"
  elif ! listens_on_ipv6 "$inner" "$(listeners)"; then
    echo "container not listening on IPv6 at port $inner: it listens at $(listeners)"
  elif half_open "$address" "$port" && sleep 0.3 && half_open_peers env | grep -qF "[$PROBE_ADDRESS]"; then
    echo "docker-proxy in the way: the host itself answers at port $port"
  elif ! ip6tables -w 10 -t nat -S | grep -qF -- "--to-destination [$container_address]:$inner"; then
    echo "rule missing: nothing sends port $port to [$container_address]:$inner ($(systemctl is-active "$FOLLOW_UNIT" || true): $FOLLOW_UNIT)"
  elif [ "$(cat /proc/sys/net/ipv6/conf/all/forwarding)" != 1 ]; then
    echo "forwarding dropped: net.ipv6.conf.all.forwarding is 0"
  else
    echo "forwarding dropped: port $port is sent to [$container_address]:$inner and does not arrive; look for other rules with ip6tables-save"
  fi
}

# The host's IPv6 addresses that a router may be given. Docker names a bridge
# after its network's id; another br-… may be the uplink.
verification_address() {
  ip -6 -json addr show scope global | jq -r --arg own "$OWN_BRIDGE" --arg probe "$PROBE" '
    [.[] | select((.ifname | IN("docker0", $own, $probe) | not) and (.ifname | test("^br-[0-9a-f]{12}$") | not)) | .addr_info[]
     | select((.deprecated or .temporary) | not) | .local // empty][0] // ""'
}

# At the REST port: a handshake there is no router's.
complete_handshakes() { ip netns exec "$PROBE" ip6tables -I OUTPUT -p tcp --dport "$REST_PORT" -j ACCEPT; }

# until_rest_lets_in COMMAND…: again and again until it leaves 200 in `status`. The
# API's port is open long before it answers, and its first answers come from a
# server whose application, or whose database, is not there yet. Ends with
# START_DEADLINE, with a container that stopped, and after some time of other answers.
until_rest_lets_in() {
  local told=false answered=''
  until "$@" && [[ $status == *" 200" ]]; do
    [ -z "$status" ] || answered=${answered:-$SECONDS}
    [ "$SECONDS" -lt "$START_DEADLINE" ] && [ -e "/proc/$CONTAINER_PID" ] && [ $((SECONDS - ${answered:-$SECONDS})) -lt "$REST_PATIENCE_SECONDS" ] || return 1
    [ "$told" = true ] || say "waiting until the REST API answers"
    told=true
    sleep 0.5
  done
}
REST_PATIENCE_SECONDS=30

# rest_problem: why the REST API did not answer with 200. Input: status, of its last answer.
rest_problem() {
  case $status in
  *" 401")
    if [ "$(collector_database <<<"SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'openBMP' AND table_name = 'users';" 2>/dev/null)" = 0 ]; then
      echo "the REST API lets nobody in: its table of logins is missing, as after a first start that was cut off. Nothing of a database that may hold your data is removed: move $DATA_DIRECTORY away while $CONTAINER is stopped, and run again"
    else
      echo "the REST API does not accept the login ${REST_USER:-$PUBLIC_USER} (HTTP 401): set restUser and restPassword to the login that it has"
    fi
    ;;
  '') echo "it accepts connections but does not answer" ;;
  *) echo "its answer is $status, not 200" ;;
  esac
}

# What is between a router's message and its row: the broker, and consumers that
# got the topic of the routers to read. They go to where the broker sends them.
verify_consumers() {
  local address begun=$SECONDS patience=$CONSUMER_PATIENCE_SECONDS refused='' told=false
  address=$(broker_address)
  until kafka_consumers_attached "$address"; do
    [ -e "/proc/$CONTAINER_PID" ] || container_stopped
    if [ "$told" = false ]; then
      say "waiting until the consumers of the database are attached"
      told=true
      refused=$(consumer_login_problem)
      [ -z "$refused" ] || patience=$REFUSED_PATIENCE_SECONDS
    fi
    [ $((SECONDS - begun)) -lt "$patience" ] || consumers_are_missing "$address" "$refused"
    sleep 0.5
  done
}
# They subscribe one pattern every ten seconds, the routers' in the second place.
CONSUMER_PATIENCE_SECONDS=${CONSUMER_PATIENCE_SECONDS:-120}
# Those that are refused end at once. An image whose consumers know the password from elsewhere has this time.
REFUSED_PATIENCE_SECONDS=${REFUSED_PATIENCE_SECONDS:-30}

# consumer_login_problem: a line where the database refuses the only password that the
# image's consumers have.
consumer_login_problem() {
  ! consumers_file_exists && [ "$(database_answer "$DATABASE_USER" "$PUBLIC_DATABASE_PASSWORD")" = no ] || return 0
  echo "Its consumers do not read OPENBMP_DB_PASSWORD: without $CONSUMERS_FILE they have the image's own password, and the database refuses it. Write that file (docs/outside-consumers.md) and run again: the collector starts with it"
}

# consumers_are_missing ADDRESS REFUSED: ends the step with the link that broke.
consumers_are_missing() {
  local advertised reason=$2
  advertised=$(kafka_advertised "$1") || die "verification failed: no Kafka broker answers in $CONTAINER at port $KAFKA_CONTAINER_PORT, so no router gets a row: docker exec $CONTAINER tail /var/log/kafka.log"
  reason=${reason:-"The broker sends its clients to ${advertised:0:300}: does that name lead to $CONTAINER, from inside? Else its consumers ended: docker logs $CONTAINER, and docker exec $CONTAINER tail /var/log/mysql-consumer0.log"}
  die "verification failed: nobody in $CONTAINER reads what routers send, so none gets a row. $reason"
}

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

# The container's own namespace sees the packets as they were sent.
verify_dnat() {
  local address=$1 seen_bmp seen_rest status=''
  seen_bmp=$(verify_port "$address" "$BMP_PORT" "$BMP_CONTAINER_PORT") ||
    die "verification failed: $(broken_link "$address" "$BMP_PORT" "$BMP_CONTAINER_PORT")"
  seen_rest=$(verify_port "$address" "$REST_PORT" "$REST_CONTAINER_PORT") ||
    die "verification failed: $(broken_link "$address" "$REST_PORT" "$REST_CONTAINER_PORT")"
  complete_handshakes
  until_rest_lets_in ask_at "$address" || die "verification failed: REST API at [$address]:$REST_PORT: $(rest_problem)"
  jq -cn --arg to "$address" --arg from "$PROBE_ADDRESS" --arg bmp "$seen_bmp" --arg rest "$seen_rest" --arg status "$status" '
    {sentTo: $to, sentFrom: $from, bmpSeenFrom: $bmp, restSeenFrom: $rest, restStatus: $status}'
}

# docker-proxy accepts for the container, and connects to it from an address of
# the host's own. The source that the collector sees is read at the REST port:
# at the BMP port a connection that goes through would be listed as a router.
verify_proxy() {
  local address=$1 status='' seen
  proxy_answers "$address" "$BMP_PORT" ||
    die "verification failed: docker-proxy does not answer at [$address]:$BMP_PORT"
  complete_handshakes
  until_rest_lets_in ask_by_proxy "$address" || die "verification failed: REST API at [$address]:$REST_PORT: $(rest_problem)"
  [ -n "$seen" ] || die "verification failed: the REST API answers, but not to a connection of docker-proxy's"
  jq -cn --arg to "$address" --arg from "$PROBE_ADDRESS" --arg rest "$seen" --arg status "$status" --argjson pat "$PAT_ENABLED" '
    {sentTo: $to, sentFrom: $from, restSeenFrom: $rest, restStatus: $status, patEnabled: $pat}'
}

# ask_at HOST_ADDRESS: leaves the API's answer in `status`.
ask_at() { status=$(rest_status "$1" "$REST_PORT" 0 ip netns exec "$PROBE") || status=''; }

# ask_by_proxy HOST_ADDRESS: leaves the API's answer in `status`, and in `seen`
# where its connection came from.
ask_by_proxy() {
  local held
  exec {held}< <(rest_status "$1" "$REST_PORT" 1 ip netns exec "$PROBE")
  seen=$(proxied_source) || true
  read -r status <&"$held" || status=''
  exec {held}<&-
}

# proxy_answers HOST_ADDRESS PORT: the host itself takes the handshake up.
proxy_answers() {
  local deadline=$((SECONDS + 3))
  half_open "$1" "$2"
  until half_open_peers env | grep -qF "[$PROBE_ADDRESS]"; do
    [ "$SECONDS" -le "$deadline" ] || return 1
    sleep 0.05
  done
}

# The address of the host's own from which the container has a connection.
proxied_source() {
  local deadline=$((SECONDS + 3)) peer
  while [ "$SECONDS" -le "$deadline" ]; do
    while read -r peer; do
      if [[ $(ip -oneline route get "$peer" 2>/dev/null) == local* ]]; then
        echo "$peer"
        return
      fi
    done < <(in_container ss --no-header --numeric --tcp state established "sport = :$REST_CONTAINER_PORT" |
      awk '{ print $4 }' | sed -E 's/^(\[?)(.*[^]])\]?:[0-9]+$/\2/; s/^::ffff://')
    sleep 0.05
  done
  return 1
}
