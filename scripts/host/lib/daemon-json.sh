# shellcheck shell=bash
# /etc/docker/daemon.json: the current and the desired keys.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/record.sh
. "${BASH_SOURCE[0]%/*}/record.sh"

# What jq calls the prefix of a text: its eight groups and its length, so that one prefix is one value.
# shellcheck disable=SC2016 # jq's variables
PREFIXES='
  def groups: split(":") | map(select(. != "") | sub("^0+(?=.)"; ""));
  def prefix: if type != "string" then . else
    (ascii_downcase | split("/")) as [$address, $length]
    | (($address // "") | split("::")) as [$before, $after]
    | (($before // "") | groups) as $left | (($after // "") | groups) as $right
    | $left + [range(8 - ($left + $right | length)) | "0"] + $right + [$length] end;'

# same_prefix TEXT TEXT: prints true or false.
same_prefix() {
  if [ "$1" = "$2" ]; then
    echo true
  else
    jq -n --arg one "$1" --arg other "$2" "$PREFIXES"'($one | prefix) == ($other | prefix)'
  fi
}

# The keys that a deployment sets, as a JSON object. A prefix that the file has in another
# spelling stays as the user wrote it.
desired_daemon_keys() {
  read_daemon_json | jq -c --arg prefix "$FIXED_CIDR_V6" "$PREFIXES"'
    .["fixed-cidr-v6"] as $theirs
    | {ipv6: true, "fixed-cidr-v6": (if ($theirs | prefix) == ($prefix | prefix) then $theirs else $prefix end)}'
}

# The file's content, `{}` when there is no file or an empty one.
read_daemon_json() {
  if [ -s "$DAEMON_JSON" ]; then cat "$DAEMON_JSON"; else echo '{}'; fi
}

# Fails where stdin is anything but one JSON object.
require_json_object() {
  jq --slurp 'if length == 1 and (.[0] | type) == "object" then .[0] else error("not a JSON object") end'
}

# What the original file says.
original_daemon_json() {
  if [ -s "$ORIGINAL_DAEMON_JSON" ]; then cat "$ORIGINAL_DAEMON_JSON"; else echo '{}'; fi
}

# The keys that an earlier deployment set, and the user had not set so already.
deployed_daemon_keys() { cat "$DEPLOYED_DAEMON_KEYS" 2>/dev/null || echo '{}'; }

# One line for each reason not to touch the file. A value that differs from
# ours is the user's decision, unless an earlier deployment set that key: somebody
# changed it since, and to run the step again fixes that.
daemon_json_problems() {
  local current
  [ "$DOCKER_NETWORK" = bridge ] || return 0
  if ! current=$(read_daemon_json | require_json_object 2>/dev/null); then
    echo "$DAEMON_JSON is not a JSON object: fix it or move it away"
    return
  fi
  jq -r --argjson desired "$(desired_daemon_keys)" --argjson deployed "$(deployed_daemon_keys)" \
    --arg file "$DAEMON_JSON" '
    . as $current
    | (($desired | keys_unsorted[]) as $key
        | select(($current | has($key)) and $current[$key] != $desired[$key] and ($deployed | has($key) | not))
        | ($current[$key] | tojson) as $current | ($desired[$key] | tojson) as $desired
        | "\($file) sets \"\($key)\" to \($current), this deployment needs \($desired): change it there or in the configuration"),
      (select((.bridge // "docker0") != "docker0")
        | "\($file) sets \"bridge\" to \(.bridge | tojson), this deployment needs the default bridge docker0: set dockerNetwork to dedicated")' <<<"$current"
}

# The file with the desired keys, and without those that an earlier deployment
# set and this one does not need.
merged_daemon_json() {
  read_daemon_json | jq --indent 4 --argjson desired "$(desired_daemon_keys)" \
    --argjson deployed "$(deployed_daemon_keys)" --slurpfile original <(original_daemon_json) '
    $original[0] as $original
    | reduce ($deployed | keys_unsorted[] | select(in($desired) | not)) as $key (.;
      if .[$key] != $deployed[$key] then .
      elif $original | has($key) then .[$key] = $original[$key]
      else del(.[$key]) end)
    | . + $desired'
}

# ip6tables_change: the value of "ip6tables" that the merge would change; else nothing.
ip6tables_change() {
  local current merged
  current=$(read_daemon_json | jq -c .ip6tables)
  merged=$(merged_daemon_json | jq -c .ip6tables)
  [ "$merged" = "$current" ] || echo "$current"
}

# subnet_asked_for: on the default bridge, by the daemon.json on stdin. Fails
# where that is no JSON object.
subnet_asked_for() { require_json_object | jq -r 'if .ipv6 then .["fixed-cidr-v6"] // "" else "" end'; }
