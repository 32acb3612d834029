# shellcheck shell=bash
# What the collector's REST API says of its routers and its logins; without one, its sessions.

# shellcheck source=scripts/host/inspect/session-facts.sh
. "${BASH_SOURCE[0]%/*}/session-facts.sh"
# shellcheck source=scripts/host/lib/collector.sh
. "${BASH_SOURCE[0]%/*}/../lib/collector.sh"
# shellcheck source=scripts/host/lib/container-state.sh
. "${BASH_SOURCE[0]%/*}/../lib/container-state.sh"
# shellcheck source=scripts/host/lib/ports.sh
. "${BASH_SOURCE[0]%/*}/../lib/ports.sh"
# shellcheck source=scripts/host/lib/rest.sh
. "${BASH_SOURCE[0]%/*}/../lib/rest.sh"

# The REST API, asked inside the container's network: nothing is opened for it.
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
  timeout 20 jq --compact-output --null-input --stream \
    --argjson most "$ROUTERS" --argjson characters "$TEXT_CHARACTERS" '
    ["RouterName", "RouterIP", "isConnected", "LastModified", "LastTermCode", "LastTermReason"] as $wanted
    | limit($most + 1; foreach inputs as $event ({row: {}};
        $event[0] as $path | .line = null
        | if $path[0:2] != ["routers", "data"] then .
          elif $event | has(1) then
            if ($path | length) == 4 and any($wanted[]; . == $path[3]) then
              .row[$path[3]] = ($event[1] | if type == "string" then .[0:$characters] else . end)
            elif ($path | length) == 2 and $event[1] == [] then .line = "end"
            else . end
          # An array or an object ends: the list, a row, or something in a row.
          elif ($path | length) == 3 then .line = "end"
          elif ($path | length) == 4 and ($path[3] | type) == "string" then .line = .row | .row = {}
          else . end;
        .line | values))' 2>/dev/null
}

router_facts() {
  { ! { container_exists && is_running; } ||
    rest_answer | head -c "$REST_BYTES" | sed '1,/^\r$/d' | router_rows || true; } |
    jq --null-input --argjson most "$ROUTERS" '
      def words: if type == "string" then . elif . == null then "" else tostring end;
      def number: if type == "string" then (tonumber? // null) else numbers // null end;
      [inputs] as $lines | any($lines[]; . == "end") as $whole | [$lines[] | objects] as $rows
      | if ($rows | length) == 0 and ($whole | not) then {routers: null, routersNote: null}
        else {
          routers: [$rows[0:$most][] | {
            name: (.RouterName | words), address: (.RouterIP | words),
            connected: (.isConnected | tostring | IN("1", "true")),
            since: (.LastModified | if . == null then . else words end),
            lastTermination: ({code: (.LastTermCode | number), reason: (.LastTermReason | words)}
              | if . == {code: null, reason: ""} then null else . end)}],
          routersNote: (if $whole then null else "the answer of the REST API was cut off, there are more" end)
        } end'
}

# Of an image that has openbmpd alone: the sessions that there are, by the addresses that it sees.
session_routers() {
  { ! { container_exists && is_running; } || session_facts; } | jq --slurp --argjson most "$ROUTERS" '{
    routers: [limit($most; add.sessions[]?) | {name: "", address: ., connected: true, since: null, lastTermination: null}],
    routersNote: "these are the sessions that there are now; what was before is in Kafka"}'
}
