# shellcheck shell=bash
# The BMP sessions by the kernel, and the routers by the database: nothing that grows a log.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/../lib/common.sh"
# shellcheck source=scripts/host/lib/container-state.sh
. "${BASH_SOURCE[0]%/*}/../lib/container-state.sh"
# shellcheck source=scripts/host/lib/database.sh
. "${BASH_SOURCE[0]%/*}/../lib/database.sh"
# shellcheck source=scripts/host/lib/ports.sh
. "${BASH_SOURCE[0]%/*}/../lib/ports.sh"

# So many routers get lines of their own, the connected ones first.
METRIC_ROUTERS=1000

# The source addresses that the collector sees.
session_facts() {
  in_container ss --no-header --numeric --tcp state established "sport = :$BMP_CONTAINER_PORT" | awk '{ print $4 }' |
    sed -E 's/^(\[?)(.*[^]])\]?:[0-9]+$/\2/; s/^::ffff://' | jq --raw-input --slurp '{sessions: (split("\n") | map(select(. != "")))}'
}

# Null where the database does not answer. Its client writes \t, \n and \\ for what a text has of them.
database_facts() {
  local rows
  rows=$(
    QUERY_SECONDS=20 collector_database 2>/dev/null <<SQL
SELECT COUNT(*), SUM(isConnected = 1) FROM routers;
SELECT ($BYTES_OF_TABLES), UNIX_TIMESTAMP(MAX(update_time)) FROM information_schema.tables WHERE table_schema = 'openBMP';
SELECT LEFT(name, 100), LEFT(ip_address, 46), isConnected = 1, UNIX_TIMESTAMP(timestamp)
  FROM routers ORDER BY isConnected DESC, timestamp DESC LIMIT $METRIC_ROUTERS;
SQL
  ) || rows=''
  jq --raw-input --slurp '
    def number: if . and test("^[0-9]+([.][0-9]+)?$") then tonumber else null end;
    def text: gsub("\\\\(?<mark>.)"; {"t": "\t", "n": "\n", "0": ""}[.mark] // .mark);
    split("\n") | map(select(. != "") | split("\t")) as $lines
    | {database: (if ($lines | length) < 2 then null else {
        known: ($lines[0][0] | number), connected: ($lines[0][1] | number // 0),
        bytes: ($lines[1][0] | number), lastRow: ($lines[1][1] | number),
        routers: [$lines[2:][] | select(length == 4) | {name: (.[0] | text), address: (.[1] | text), connected: (.[2] == "1"), changed: (.[3] | number)}]
      } end)}' <<<"$rows"
}
