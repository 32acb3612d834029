# shellcheck shell=bash
# What is said of a container that is there already, before it is adopted or replaced, and
# the reason to refuse it.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/adoption.sh
. "${BASH_SOURCE[0]%/*}/adoption.sh"
# shellcheck source=scripts/host/lib/container-state.sh
. "${BASH_SOURCE[0]%/*}/container-state.sh"
# shellcheck source=scripts/host/lib/container.sh
. "${BASH_SOURCE[0]%/*}/container.sh"
# shellcheck source=scripts/host/lib/extras.sh
. "${BASH_SOURCE[0]%/*}/extras.sh"
# shellcheck source=scripts/host/lib/ports.sh
. "${BASH_SOURCE[0]%/*}/ports.sh"

# The other ports that an adopted container publishes beyond the host itself, one line each.
open_ports() {
  container_json | jq -r --arg published "$(container_ports)" "$BINDINGS"'
    .[0] | (.HostConfig.PortBindings // {} | to_entries[] | select(.key | IN($published | split(",")[] + "/tcp") | not)
      | .key as $inside
      | .value[] | select(.HostIp | (startswith("127.") or . == "::1") | not) | "\($inside) published as \(binding)"),
    (if .HostConfig.PublishAllPorts then "of its image, all of them (--publish-all)" else empty end)'
}

# The compose project that a container belongs to, with its service; nothing for others.
compose_project() {
  container_json | jq -r '.[0].Config.Labels | select(.["com.docker.compose.project"]?)
    | "\(.["com.docker.compose.project"] | tojson) (service \(.["com.docker.compose.service"] | tojson))"'
}

# What the user has to know of the original container before it is adopted or replaced: one line each.
container_notices() {
  local port extras project mismatches open
  container_exists && ! container_is_ours || return 0
  project=$(compose_project)
  mismatches=$(container_mismatches)
  if [ -z "$mismatches" ]; then
    open=$(open_ports)
    while read -r port; do
      [ -z "$port" ] ||
        echo "$CONTAINER keeps its port $port: Docker lets everybody in there, on engines before 27 over IPv6 by" \
          "docker-proxy, and no allow list holds for it$(list_for "$port"); close it with a firewall of your own"
    done <<<"$open"
    [ -z "$project" ] ||
      echo "$CONTAINER is of the docker compose project $project: after a change of its file \"docker compose up\"" \
        "makes another one in its place, without the deployment knowing, and \"docker compose down\" removes it; take" \
        "the service out of the compose file"
  else
    [ -z "$project" ] || compose_warning "$project"
    extras=$(container_extras | paste -sd ';' | sed 's/;/; /g')
    [ -z "$extras" ] ||
      echo "$CONTAINER has besides, which the new one does not get: $extras. Set the variables that it needs in" \
        "environment"
  fi
}

# list_for PORT: how one that open_ports names could get a list.
list_for() {
  case $1 in
  "$KAFKA_CONTAINER_PORT/"*) echo ": kafkaAllowedCidrs would be one" ;;
  "$MYSQL_CONTAINER_PORT/"*) echo ": mysqlAllowedCidrs would be one" ;;
  esac
}

compose_warning() {
  echo "$CONTAINER is of the docker compose project $1, which knows it by its labels, also under another name: once" \
    "it is backed up, \"docker compose up\" starts or removes it, \"docker compose down\" removes it, and destroy" \
    "cannot restore it. Take the service out of the compose file first"
}

# A line where a container of ours is of the other role: openbmpd.conf names the brokers of one.
role_problem() {
  local is=aio wanted=aio
  container_exists && container_is_ours || return 0
  container_json | jq -e 'any(.[0].Mounts[]?; .Destination == "/data/mysql")' >/dev/null || is=collector
  is_aio || wanted=collector
  [ "$is" = "$wanted" ] ||
    echo "role must stay \"$is\" on this stack, got \"$wanted\": destroy it first, move $CONFIG_DIRECTORY/openbmpd.conf" \
      "away, and deploy it anew"
}

# A line why an existing container can neither stay nor be backed up.
container_problem() {
  local mismatches notices
  container_exists && ! container_is_ours || return 0
  mismatches=$(container_mismatches | paste -sd ';' | sed 's/;/; /g')
  if [ -z "$mismatches" ]; then
    return
  elif [ "$(container_field '{{.HostConfig.AutoRemove}}')" = true ]; then
    echo "the container $CONTAINER runs with --rm and does not fit ($mismatches): it would vanish instead of being" \
      "backed up. Save what is wanted of it and stop it"
  elif [ "$REPLACE_CONTAINER" = false ]; then
    notices=$(container_notices | sed 's/^/ /; s/$/./' | tr -d '\n')
    echo "a container $CONTAINER is already there and does not fit ($mismatches): set replaceContainer to true to" \
      "back it up and replace it, or fix it.$notices"
  elif docker container inspect "$BACKUP_CONTAINER" >/dev/null 2>&1; then
    echo "a container $BACKUP_CONTAINER is already there: remove or rename it"
  fi
}
