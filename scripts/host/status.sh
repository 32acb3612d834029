# shellcheck shell=bash
# What is on the host, and what of it is not as deployed. Changes nothing.
# Input: that of every step. Prints one JSON object.

# Each of these prints an object with one key.
engine_facts() { docker version --format '{{.Server.Version}}' | jq -R '{engine: {version: .}}'; }

container_facts() {
  container_exists || {
    echo '{"container": null}'
    return
  }
  container_json | jq --arg address "$ADDRESS" '{container: {id: .Id, image: .Config.Image, running: .State.Running, startedAt: .State.StartedAt,
    network: (.HostConfig.NetworkMode | if . == "default" then "bridge" else . end), ipv6Address: $address}}'
}

# Bytes: the file system of the database, and what grows in Docker's own directory,
# the container's layer, with all that its programs log, and its log. Null where it
# cannot be told in time: the container may have filled its layer with files.
disk_facts() {
  local layer='' log='' path
  if container_exists; then
    layer=$(timeout 20 docker container inspect --size --format '{{.SizeRw}}' "$CONTAINER" 2>/dev/null || true)
    path=$(docker container inspect --format '{{.LogPath}}' "$CONTAINER")
    [ -z "$path" ] || log=$(find "${path%/*}" -maxdepth 1 -name "${path##*/}*" -printf '%s\n' | jq --slurp add)
  fi
  { timeout 10 df --block-size 1 --output=size,used,avail "$DATA_DIRECTORY" 2>/dev/null || true; } | tail -n 1 |
    jq --raw-input --slurp --arg path "$DATA_DIRECTORY" --arg layer "$layer" --arg log "$log" '
      [scan("[0-9]+") | tonumber] as [$size, $used, $free]
      | {disk: {path: $path, size: $size, used: $used, free: $free, containerLayer: ($layer | tonumber? // null), containerLog: ($log | tonumber? // null)}}'
}

# sent_to CHAIN PORT CONTAINER_PORT: a rule of that chain sends the port to the container's.
sent_to() { ip6tables -w 10 -t nat -S "$1" 2>/dev/null | grep -qF -- "--dport $2 -j DNAT --to-destination [$ADDRESS]:$3"; }

# jumps_to TABLE CHAIN OURS
jumps_to() { ip6tables -w 10 -t "$1" -S "$2" | grep -qE -- "-j $3\$"; }

# taken_out PORT: in the mode proxy, before the engine's own DNAT.
taken_out() { jumps_to nat PREROUTING OPENBMP-DNAT && ip6tables -w 10 -t nat -S OPENBMP-DNAT 2>/dev/null | grep -qE -- "--dports ([0-9]+,)*$1(,[0-9]+)* -j ACCEPT"; }

# way_of_port PORT CONTAINER_PORT: WAY,WHY, by the rules that are there now.
way_of_port() {
  if ! container_exists || ! is_running; then
    echo "closed,the container does not run"
  elif jumps_to nat PREROUTING OPENBMP-DNAT && sent_to OPENBMP-DNAT "$1" "$2"; then
    echo "dnat,the engine does no IPv6 NAT, our rule sends it to [$ADDRESS]:$2"
  elif ! taken_out "$1" && sent_to DOCKER "$1" "$2"; then
    echo "native,the engine's own IPv6 NAT sends it to [$ADDRESS]:$2"
  elif jumps_to filter INPUT OPENBMP-INPUT && ip6tables -w 10 -S OPENBMP-INPUT 2>/dev/null | grep -q -- '-j REJECT'; then
    echo "closed,no rule sends it to the container, and the guard refuses what docker-proxy would carry"
  elif ! ss --no-header --numeric --listening --tcp "sport = :$1" | grep -qE '(\[::\]|\*):'; then
    echo "closed,nothing listens on IPv6"
  elif [ "$MODE" = proxy ]; then
    echo "proxy,docker-proxy carries it, and PAT in the collector tells the routers apart"
  else
    echo "proxy,docker-proxy carries it, for want of our rules: the collector sees an address of the host's own"
  fi
}

port_facts() {
  local name port inner way why
  while read -r name port inner; do
    IFS=, read -r way why < <(way_of_port "$port" "$inner")
    ! is_held "$name" || way=closed why=$(held_reason "$name")
    jq -n --arg name "$name" --argjson port "$port" --arg way "$way" --arg why "$why" '{name: $name, port: $port, datapath: $way, why: $why}'
  done < <(published_ports) | jq --slurp '{ports: .}'
}

# Our chains and the jumps to them.
rule_facts() {
  local command
  for command in ip6tables iptables; do
    "$command-save" --counters | awk -v command="$command" '/^\*/ { table = substr($0, 2) } / OPENBMP-/ && /^\[/ { print command, table, $0 }'
  done | jq --raw-input --slurp '{rules: [split("\n")[] | select(. != "")
    | capture("^(?<command>\\S+) (?<table>\\S+) \\[(?<packets>[0-9]+):(?<bytes>[0-9]+)\\] (?<rule>.*)$")
    | .packets |= tonumber | .bytes |= tonumber]}'
}

unit_facts() {
  local unit
  for unit in "$GUARD_UNIT" "$FOLLOW_UNIT" "$TOPICS_UNIT"; do
    jq -n --arg name "$unit" --arg enabled "$(systemctl is-enabled "$unit" 2>/dev/null || true)" \
      --arg active "$(systemctl is-active "$unit" || true)" '{name: $name, enabled: $enabled, active: $active}'
  done | jq --slurp '{units: .}'
}

# The REST API, asked inside the container's network: nothing is opened for it.
in_container() { nsenter --net --target "$(docker container inspect --format '{{.State.Pid}}' "$CONTAINER")" "$@"; }
rest_answer() { rest_get 127.0.0.1 "$REST_CONTAINER_PORT" 0 'cat <&3' in_container; }
rest_code() { rest_status 127.0.0.1 "$REST_CONTAINER_PORT" 0 in_container | cut -d ' ' -f 2; }

# Which logins the API accepts; null where it says neither yes nor no.
login_facts() {
  local own='' public=''
  if container_exists && is_running; then
    own=$(rest_code) || true
    if [ -z "$REST_PASSWORD" ]; then public=$own; else public=$(REST_USER='' REST_PASSWORD='' rest_code) || true; fi
  fi
  jq -n --arg own "$own" --arg public "$public" 'def accepted: {"200": true, "401": false}[.];
    {login: {accepted: ($own | accepted), publicAccepted: ($public | accepted)}}'
}

# Whether what routers send becomes rows; null where no broker answers.
consumer_facts() {
  local address advertised='' attached=null
  if container_exists && is_running; then
    address=$(broker_address)
    if advertised=$(kafka_advertised "$address") && [ -n "$advertised" ]; then
      attached=false
      ! kafka_consumers_attached "$address" || attached=true
    fi
  fi
  jq -n --arg advertised "${advertised:0:300}" --argjson attached "$attached" '{kafka: {advertised: $advertised, consumersAttached: $attached}}'
}

# What is taken of the REST API's answer: whoever speaks BMP makes rows, and the
# container may answer without end.
REST_BYTES=$((8 * 1024 * 1024))
ROUTERS=10000
# As long as the database's own columns.
TEXT_CHARACTERS=255

# router_rows: of the answer's JSON on stdin, what is wanted of each row, one a
# line, and "end" after the last. Piece by piece, so that no answer fills the memory.
router_rows() {
  # shellcheck disable=SC2016
  timeout 20 jq --compact-output --null-input --stream --argjson most "$ROUTERS" --argjson characters "$TEXT_CHARACTERS" '
    ["RouterName", "RouterIP", "isConnected", "LastModified", "LastTermCode", "LastTermReason"] as $wanted
    | limit($most + 1; foreach inputs as $event ({row: {}};
        $event[0] as $path | .line = null
        | if $path[0:2] != ["routers", "data"] then .
          elif $event | has(1) then
            if ($path | length) == 4 and any($wanted[]; . == $path[3]) then .row[$path[3]] = ($event[1] | if type == "string" then .[0:$characters] else . end)
            elif ($path | length) == 2 and $event[1] == [] then .line = "end"
            else . end
          # An array or an object ends: the list, a row, or something in a row.
          elif ($path | length) == 3 then .line = "end"
          elif ($path | length) == 4 and ($path[3] | type) == "string" then .line = .row | .row = {}
          else . end;
        .line | values))' 2>/dev/null
}

router_facts() {
  { ! { container_exists && is_running; } || rest_answer | head -c "$REST_BYTES" | sed '1,/^\r$/d' | router_rows || true; } |
    jq --null-input --argjson most "$ROUTERS" '
      def words: if type == "string" then . elif . == null then "" else tostring end;
      def number: if type == "string" then (tonumber? // null) else numbers // null end;
      [inputs] as $found | any($found[]; . == "end") as $whole | [$found[] | objects] as $rows
      | if ($rows | length) == 0 and ($whole | not) then {routers: null, routersNote: null}
        else {
          routers: [$rows[0:$most][] | {
            name: (.RouterName | words), address: (.RouterIP | words), connected: (.isConnected | tostring | IN("1", "true")),
            since: (.LastModified | if . == null then . else words end),
            lastTermination: ({code: (.LastTermCode | number), reason: (.LastTermReason | words)} | if . == {code: null, reason: ""} then null else . end)}],
          routersNote: (if $whole then null else "the answer of the REST API was cut off, there are more" end)
        } end'
}

address_facts() {
  ip -json -details address show | jq '{addresses: [.[] | . as $interface | .addr_info[]
    | {address: .local, interface: $interface.ifname, bridge: ($interface.linkinfo.info_kind == "bridge")}]}'
}

config_facts() {
  jq -n --argjson wanted "$WANTED" '{wanted: $wanted}'
  if [ -z "$(config_problem)" ]; then
    config_text | gzip -9n | base64 -w 0 | jq --raw-input '{openbmpdConf: .}'
  else
    echo '{"openbmpdConf": null}'
  fi
}

difference_facts() {
  differences | jq --raw-input --slurp '{differences: [split("\n")[] | select(. != "") | split("\t") | map(.[0:1000]) | {what: .[0]} + if .[1] then {cure: .[1]} else {} end]}'
}

main() {
  docker version >/dev/null 2>&1 || die "no Docker engine answers"
  IFS=, read -r ADDRESS _ < <(deployed_dnat where)
  {
    engine_facts
    container_facts
    port_facts
    rule_facts
    unit_facts
    login_facts
    consumer_facts
    router_facts
    disk_facts
    address_facts
    config_facts
    difference_facts
  } | jq --compact-output --slurp add
}

main "$@" </dev/null
