# shellcheck shell=bash
# What the collector's Kafka says of itself, by Kafka's own protocol
# (https://kafka.apache.org/protocol), version 0 of each request where nothing else is said. The tools in the
# image would start Java for each question, a second of a whole processor.

# shellcheck source=scripts/host/lib/ports.sh
. "${BASH_SOURCE[0]%/*}/ports.sh"

# Metadata, ListGroups and DescribeGroups.
KAFKA_METADATA=3
KAFKA_DESCRIBE_GROUPS=15
KAFKA_LIST_GROUPS=16
# An answer of the collector's has a hundredth of it; the container may send anything.
KAFKA_BYTES=262144
# What openbmpd's messages go through, and the consumers that fill the database read.
KAFKA_TOPICS=(
  openbmp.parsed.{collector,router,peer,bmp_stat,base_attribute,unicast_prefix,ls_node,ls_link,ls_prefix,l3vpn,evpn}
)
ROUTER_TOPIC=openbmp.parsed.router

# The parts of a request, as escapes for printf.
kafka_int16() { printf '\\x%02x\\x%02x' $(($1 >> 8 & 255)) $(($1 & 255)); }
kafka_int32() { kafka_int16 $(($1 >> 16)) && kafka_int16 "$1"; }
kafka_string() { kafka_int16 ${#1} && printf '%s' "$1"; }
kafka_strings() {
  local string
  kafka_int32 $#
  for string; do kafka_string "$string"; done
}

# kafka_request ADDRESS KEY BODY: the answer of the collector's own broker.
kafka_request() { kafka_exchange "$1" "$KAFKA_CONTAINER_PORT" "$2" 0 "$3" env; }

# kafka_exchange HOST PORT KEY VERSION BODY COMMAND…: the answer from where COMMAND runs,
# without its length, a number for each byte. Whoever sends it may not be what it seems.
kafka_exchange() {
  local request
  request="$(kafka_int16 "$3")$(kafka_int16 "$4")$(kafka_int32 0)$(kafka_string openbmp-aio-ipv6)$5"
  # Under systemd, which ignores SIGPIPE, printf would complain of each broker that is not there yet.
  # shellcheck disable=SC2059,SC2016 # escapes are meant; the inner shell's own variables
  printf "$(kafka_int32 "$(printf "$request" | wc -c)")$request" 2>/dev/null | timeout 10 "${@:6}" timeout 9 bash -c '
    exec 3<>"/dev/tcp/$0/$1" && cat >&3 && read -r a b c d < <(head -c 4 <&3 | od -An -tu1) &&
      bytes=$((a << 24 | b << 16 | c << 8 | d)) && [ "$bytes" -le "$2" ] && head -c "$bytes" <&3' \
    "$1" "$2" "$KAFKA_BYTES" 2>/dev/null | head -c "$KAFKA_BYTES" | od -An -v -tu1
}

# kafka_parse TEXT: what TEXT, an awk program, makes of the numbers on stdin. An
# answer that ends too early is a failure.
kafka_parse() {
  LC_ALL=C awk '
    { for (i = 1; i <= NF; i++) bytes[total++] = $i }
    function byte() {
      if (at >= total) exit 1
      return bytes[at++]
    }
    function int16(  high) { high = byte(); high = high * 256 + byte(); return high > 32767 ? high - 65536 : high }
    function int32(  high) { high = int16(); return high * 65536 + byte() * 256 + byte() }
    # What is not printable is shown as such, and a word stays a word.
    function string(  left, code, text) {
      for (left = int16(); left > 0; left--) {
        code = byte()
        text = text (code > 32 && code < 127 ? sprintf("%c", code) : "?")
      }
      return text == "" ? "-" : text
    }
    # As it is in a request.
    function escaped(  left, text) {
      left = int16(); text = sprintf("\\x%02x\\x%02x", int(left / 256), left % 256)
      for (; left > 0; left--) text = text sprintf("\\x%02x", byte())
      return text
    }
    function skip_bytes(  left) { for (left = int32(); left > 0; left--) byte() }
    function skip_int32s(  left) { for (left = int32(); left > 0; left--) int32() }
    END { at = 4; '"$1"' }'
}

# kafka_metadata ADDRESS TOPIC…: lines "broker HOST PORT" and "topic NAME ERROR
# PARTITIONS". Kafka makes the topics that it is asked for (auto.create.topics.enable),
# which takes a moment: until then there is an error.
kafka_metadata() {
  kafka_request "$1" "$KAFKA_METADATA" "$(kafka_strings "${@:2}")" | kafka_parse '
    for (brokers = int32(); brokers > 0; brokers--) { int32(); host = string(); print "broker", host, int32() }
    for (topics = int32(); topics > 0; topics--) {
      error = int16(); name = string(); count = int32()
      for (left = count; left > 0; left--) { int16(); int32(); int32(); skip_int32s(); skip_int32s() }
      print "topic", name, error, count
    }'
}

# kafka_topics_exist ADDRESS: all of them; what is missing is being made.
kafka_topics_exist() {
  local metadata
  metadata=$(kafka_metadata "$1" "${KAFKA_TOPICS[@]}") || return
  [ "$(grep -cE '^topic [^ ]+ 0 [1-9]' <<<"$metadata")" -eq ${#KAFKA_TOPICS[@]} ]
}

# kafka_advertised ADDRESS: HOST:PORT that the broker sends its clients to.
kafka_advertised() { kafka_metadata "$1" "$ROUTER_TOPIC" | awk '$1 == "broker" { print $2 ":" $3; exit }'; }

# kafka_assignments ADDRESS: lines "HOST TOPIC PARTITIONS", for each member of a
# consumer group what it was given to read. HOST is where the member connects from.
kafka_assignments() {
  local groups
  groups=$(kafka_request "$1" "$KAFKA_LIST_GROUPS" '' | kafka_parse '
    int16()
    for (groups = int32(); groups > 0; groups--) { print escaped(); string() }') || return
  [ -n "$groups" ] || return 0
  kafka_request "$1" "$KAFKA_DESCRIBE_GROUPS" "$(kafka_int32 "$(wc -l <<<"$groups")")${groups//$'\n'/}" | kafka_parse '
    for (groups = int32(); groups > 0; groups--) {
      int16(); string(); string(); string(); string()
      for (members = int32(); members > 0; members--) {
        string(); string(); host = string(); skip_bytes()
        left = int32(); end = at + left
        if (left > 0) {
          int16()
          for (topics = int32(); topics > 0; topics--) {
            topic = string(); count = int32()
            for (left = count; left > 0; left--) int32()
            print host, topic, count
          }
        }
        at = end
      }
    }'
}

# kafka_consumers_attached ADDRESS: whether somebody inside the container, from where
# the database is filled, reads what openbmpd writes of routers.
kafka_consumers_attached() {
  local assignments
  assignments=$(kafka_assignments "$1") || return
  grep -qE "^/(127\.[0-9.]+|0:0:0:0:0:0:0:1|::1) $ROUTER_TOPIC [1-9]" <<<"$assignments"
}
