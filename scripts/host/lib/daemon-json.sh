# shellcheck shell=bash
# /etc/docker/daemon.json: what is in it, and what is wanted.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/record.sh
. "${BASH_SOURCE[0]%/*}/record.sh"

# The keys that a deployment sets, as a JSON object.
wanted_daemon_keys() { jq -cn --arg prefix "$FIXED_CIDR_V6" '{ipv6: true, "fixed-cidr-v6": $prefix}'; }

# The file's content, `{}` when there is no file or an empty one.
read_daemon_json() {
  if [ -s "$DAEMON_JSON" ]; then cat "$DAEMON_JSON"; else echo '{}'; fi
}

# Fails where stdin is anything but one JSON object.
one_object() { jq --slurp 'if length == 1 and (.[0] | type) == "object" then .[0] else error("not a JSON object") end'; }

# What the file said when it was found.
original_daemon_json() {
  if [ -s "$ORIGINAL_DAEMON_JSON" ]; then cat "$ORIGINAL_DAEMON_JSON"; else echo '{}'; fi
}

# The keys that were written by a deployment, not set already by the user.
written_daemon_keys() { cat "$DAEMON_KEYS" 2>/dev/null || echo '{}'; }

# One line for each reason not to touch the file. A value that differs from
# ours is the user's decision, unless a former deployment set that key: somebody
# changed it since, and to run the step again is to mend that.
daemon_json_problems() {
  local there
  docker_proxy_problems
  [ "$DOCKER_NETWORK" = bridge ] || return 0
  if ! there=$(read_daemon_json | one_object 2>/dev/null); then
    echo "$DAEMON_JSON is not a JSON object: mend it or move it away"
    return
  fi
  jq -r --argjson wanted "$(wanted_daemon_keys)" --argjson written "$(written_daemon_keys)" --arg file "$DAEMON_JSON" '
    . as $there
    | (($wanted | keys_unsorted[]) as $key
        | select(($there | has($key)) and $there[$key] != $wanted[$key] and ($written | has($key) | not))
        | "\($file) sets \"\($key)\" to \($there[$key] | tojson), this deployment needs \($wanted[$key] | tojson): change it there or in the configuration"),
      (select((.bridge // "docker0") != "docker0")
        | "\($file) sets \"bridge\" to \(.bridge | tojson), this deployment needs the default bridge docker0")' <<<"$there"
}

docker_proxy_problems() {
  # shellcheck disable=SC2153 # an input, no other name for the mode of a file
  [ "$MODE" = proxy ] || return 0
  read_daemon_json 2>/dev/null | jq -r --arg file "$DAEMON_JSON" '
    select(.["userland-proxy"]? == false)
    | "\($file) sets \"userland-proxy\" to false, the mode proxy needs docker-proxy"' 2>/dev/null || true
}

# The file with the wanted keys, and without those that a former deployment
# wrote and this one does not need.
merged_daemon_json() {
  read_daemon_json | jq --indent 4 --argjson wanted "$(wanted_daemon_keys)" \
    --argjson written "$(written_daemon_keys)" --slurpfile found <(original_daemon_json) '
    $found[0] as $found
    | reduce ($written | keys_unsorted[] | select(in($wanted) | not)) as $key (.;
      if .[$key] != $written[$key] then .
      elif $found | has($key) then .[$key] = $found[$key]
      else del(.[$key]) end)
    | . + $wanted'
}

# ip6tables_change: the value of "ip6tables" that the merge would change; else nothing.
ip6tables_change() {
  local present merged
  present=$(read_daemon_json | jq -c .ip6tables)
  merged=$(merged_daemon_json | jq -c .ip6tables)
  [ "$merged" = "$present" ] || echo "$present"
}

# subnet_asked_for: on the default bridge, by the daemon.json on stdin. Fails
# where that is no JSON object.
subnet_asked_for() { one_object | jq -r 'if .ipv6 then .["fixed-cidr-v6"] // "" else "" end'; }
