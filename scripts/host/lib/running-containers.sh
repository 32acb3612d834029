# shellcheck shell=bash
# The containers that run, over a restart of the engine.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/record.sh
. "${BASH_SOURCE[0]%/*}/record.sh"

# Containers that a restart of the engine would harm for good, one line each.
# On stdin: what Docker says of those that run.
affected_container_problems() {
  jq -r '.[]
    | (.Name | ltrimstr("/")) as $name
    | if .HostConfig.AutoRemove
      then "container \($name) runs with --rm and would vanish when Docker restarts: stop it first"
      elif .State.Paused
      then "container \($name) is paused and would lose its processes when Docker restarts: resume it first"
      else empty end'
}

# What ran, oldest first, and the restart policies of what did not: with one, a
# stopped container may start with the engine. Kept until it is put back, so
# that a restart that was cut off is finished at the next run.
record_containers() {
  local all
  [ ! -e "$CONTAINERS_BEFORE_RESTART" ] || return 0
  all=$(docker ps --all --quiet --no-trunc)
  # shellcheck disable=SC2086
  { [ -z "$all" ] || docker inspect $all; } | jq -c --slurp '(.[0] // []) | {
    running: [.[] | select(.State.Running)] | sort_by(.State.StartedAt) | map(.Id),
    stopped: [.[] | select(.State.Running | not) | {id: .Id, policy: .HostConfig.RestartPolicy}
      | select(.policy.Name | IN("", "no") | not)
      | {id, policy: (.policy.Name + if .policy.MaximumRetryCount > 0 then ":\(.policy.MaximumRetryCount)"
        else "" end)}]
  }' | write_file "$CONTAINERS_BEFORE_RESTART" 600 >/dev/null
  jq -r '.stopped[].id' "$CONTAINERS_BEFORE_RESTART" |
    while read -r id; do docker update --restart no "$id" >/dev/null; done
}

restore_containers() {
  local id policy running policies
  [ -e "$CONTAINERS_BEFORE_RESTART" ] || return 0
  running=$(jq -r '.running[]' "$CONTAINERS_BEFORE_RESTART")
  policies=$(jq -r '.stopped[] | "\(.id) \(.policy)"' "$CONTAINERS_BEFORE_RESTART")
  for id in $running; do
    docker start "$id" >/dev/null ||
      say "container $id ran before the restart of Docker and does not start again: docker start $id"
  done
  while read -r id policy; do
    [ -z "$id" ] || docker update --restart "$policy" "$id" >/dev/null || true
  done <<<"$policies"
  rm -f "$CONTAINERS_BEFORE_RESTART"
}
