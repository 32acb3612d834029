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

# What there is, what ran, oldest first, and the restart policies of what did not: with one, a
# stopped container may start with the engine. Kept until it is put back, so
# that a restart that was cut off is finished at the next run. Containers of Swarm and
# Kubernetes are theirs to start and to remove.
record_containers() {
  local all
  [ ! -e "$CONTAINERS_BEFORE_RESTART" ] || return 0
  all=$(docker ps --all --quiet --no-trunc)
  # shellcheck disable=SC2086
  { [ -z "$all" ] || docker inspect $all; } | jq -c --slurp '(.[0] // []) | map(select(.Config.Labels // {}
    | has("com.docker.swarm.task.id") or has("io.kubernetes.pod.uid") | not)) | {
    all: [.[] | select(.HostConfig.AutoRemove | not) | {id: .Id, name: (.Name | ltrimstr("/"))}],
    running: [.[] | select(.State.Running)] | sort_by(.State.StartedAt) | map(.Id),
    stopped: [.[] | select(.State.Running | not) | {id: .Id, policy: .HostConfig.RestartPolicy}
      | select(.policy.Name | IN("", "no") | not)
      | {id, policy: (.policy.Name + if .policy.MaximumRetryCount > 0 then ":\(.policy.MaximumRetryCount)"
        else "" end)}]
  }' | write_file "$CONTAINERS_BEFORE_RESTART" 600 >/dev/null
  jq -r '.stopped[].id' "$CONTAINERS_BEFORE_RESTART" |
    while read -r id; do docker update --restart no "$id" >/dev/null; done
}

# lost_containers: the names of those that were there before the restart and are not.
lost_containers() {
  local there
  [ -e "$CONTAINERS_BEFORE_RESTART" ] || return 0
  there=$(docker ps --all --quiet --no-trunc)
  jq -r --arg there "$there" '[.all[]? | select(.id as $id | $there | split("\n") | index([$id]) | not) | .name]
    | join(" ")' "$CONTAINERS_BEFORE_RESTART"
}

restore_containers() {
  local id policy containers lost
  [ -e "$CONTAINERS_BEFORE_RESTART" ] || return 0
  # Those that ran have no policy here.
  containers=$(jq -r '.running[], (.stopped[] | "\(.id) \(.policy)")' "$CONTAINERS_BEFORE_RESTART")
  lost=$(lost_containers)
  while read -r id policy; do
    if [ -n "$policy" ]; then
      docker update --restart "$policy" "$id" >/dev/null || true
    elif docker container inspect "$id" >/dev/null 2>&1; then
      docker start "$id" >/dev/null ||
        say "container $id ran before the restart of Docker and does not start again: docker start $id"
    fi
  done <<<"$containers"
  # What is lost may come back with the engine's former data.
  [ -n "$lost" ] || rm -f "$CONTAINERS_BEFORE_RESTART"
}
