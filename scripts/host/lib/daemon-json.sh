# shellcheck shell=bash
# /etc/docker/daemon.json: the current and the desired keys.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/record.sh
. "${BASH_SOURCE[0]%/*}/record.sh"

# What jq calls the one JSON object that a file's text is (--raw-input --slurp); anything else is an error. Its own
# error would show the text, in which there may be secrets.
OBJECT='
  def object: (try fromjson catch null) | if type == "object" then . else error("not a JSON object") end;'

# What jq calls the prefix of a text: its eight groups and its length, so that one prefix is one value.
# shellcheck disable=SC2016 # jq's variables
PREFIXES='
  def groups: split(":") | map(select(. != "") | sub("^0+(?=.)"; ""));
  def prefix: if type != "string" then . else
    (ascii_downcase | split("/")) as [$address, $length]
    | (($address // "") | split("::")) as [$before, $after]
    | (($before // "") | groups) as $left | (($after // "") | groups) as $right
    | $left + [range(8 - ($left + $right | length)) | "0"] + $right + [$length] end;'

# What jq calls, of the file as an object, the keys that a deployment sets, and the file with them, without those
# that an earlier deployment set and this one does not need. A prefix that the file has in another spelling stays
# as the user wrote it.
# shellcheck disable=SC2016 # jq's variables
MERGE="$OBJECT$PREFIXES"'
  def desired:
    .["fixed-cidr-v6"] as $theirs
    | {ipv6: true, "fixed-cidr-v6": (if ($theirs | prefix) == ($prefix | prefix) then $theirs else $prefix end)};
  def merged:
    desired as $desired | $original[0] as $original
    | reduce ($deployed | keys_unsorted[] | select(in($desired) | not)) as $key (.;
      if .[$key] != $deployed[$key] then .
      elif $original | has($key) then .[$key] = $original[$key]
      else del(.[$key]) end)
    | . + $desired;'

# ask_daemon_json PROGRAM [OPTION…]: what jq's PROGRAM makes of the file's text. Besides `object`, `desired` and
# `merged` it knows $file, the path, $deployed, the keys that an earlier deployment set, and $original.
ask_daemon_json() {
  local deployed
  deployed=$(deployed_daemon_keys)
  read_daemon_json | jq --raw-input --slurp --raw-output --arg file "$DAEMON_JSON" --arg prefix "$FIXED_CIDR_V6" \
    --argjson deployed "$deployed" --slurpfile original <(original_daemon_json) "${@:2}" "$MERGE$1"
}

# same_prefix TEXT TEXT: prints true or false.
same_prefix() {
  if [ "$1" = "$2" ]; then
    echo true
  elif [ -z "$1" ] || [ -z "$2" ]; then
    echo false
  else
    jq -n --arg one "$1" --arg other "$2" "$PREFIXES"'($one | prefix) == ($other | prefix)'
  fi
}

# The file's content, `{}` when there is no file or an empty one.
read_daemon_json() {
  if [ -s "$DAEMON_JSON" ]; then cat "$DAEMON_JSON"; else echo '{}'; fi
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
# shellcheck disable=SC2016 # jq's variables
daemon_json_problems() {
  [ "$DOCKER_NETWORK" = bridge ] || return 0
  ask_daemon_json '
    (try object catch null) as $current | $current
    | if . == null then "\($file) is not a JSON object: fix it or move it away"
      else desired as $desired
      | (($desired | keys_unsorted[]) as $key
        | select(($current | has($key)) and $current[$key] != $desired[$key] and ($deployed | has($key) | not))
        | ($current[$key] | tojson) as $current | ($desired[$key] | tojson) as $desired
        | "\($file) sets \"\($key)\" to \($current), this deployment needs \($desired): change it there or in the configuration"),
      (select((.bridge // "docker0") != "docker0")
        | "\($file) sets \"bridge\" to \(.bridge | tojson), this deployment needs the default bridge docker0: set dockerNetwork to dedicated") end'
}

merged_daemon_json() { ask_daemon_json 'object | merged' --indent 4; }

# ip6tables_change: the value of "ip6tables" that the merge would change; else nothing.
ip6tables_change() {
  ask_daemon_json 'object | select(merged.ip6tables != .ip6tables) | .ip6tables | tojson'
}

# subnet_asked_for: on the default bridge, by the daemon.json on stdin. Fails
# where that is no JSON object.
subnet_asked_for() {
  jq --raw-input --slurp --raw-output "$OBJECT"'object | if .ipv6 then .["fixed-cidr-v6"] // "" else "" end'
}
