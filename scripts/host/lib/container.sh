# shellcheck shell=bash disable=SC2034 # the steps read some
# The container openbmp_aio: created, adopted or refused, and taken away again.
# Input: IMAGE, DOCKER_NETWORK, CONTAINER_IPV6, BMP_PORT, REST_PORT, KAFKA_FQDN, MEMORY_GB, ADMIN_ID,
# ENVIRONMENT (array of NAME=value), REPLACE_CONTAINER.

# A digest of what the container was created from; ours carry it.
SPEC_LABEL=openbmp-aio-ipv6.spec
# An image may say that it needs less memory than the real AIO (MB).
MEMORY_LABEL=openbmp-aio-ipv6.minimum-memory-mb
# Where a container of the user's waits that ours took the place of.
SET_ASIDE=$CONTAINER.before

container_json() { docker container inspect "$CONTAINER" 2>/dev/null | jq '.[0]'; }

container_exists() { docker container inspect "$CONTAINER" >/dev/null 2>&1; }

container_label() { docker container inspect --format "{{index .Config.Labels \"$SPEC_LABEL\"}}" "$CONTAINER" 2>/dev/null; }

container_is_ours() { [ -n "$(container_label)" ]; }

# The variables that the collector gets, one NAME=value a line; the user's
# own come last, where Docker lets them win.
container_environment() {
  printf 'KAFKA_FQDN=%s\n' "${KAFKA_FQDN:-$(hostname --fqdn 2>/dev/null || hostname)}"
  [ -z "$MEMORY_GB" ] || printf 'MEM=%s\n' "$MEMORY_GB"
  [ -z "$ADMIN_ID" ] || printf 'ADMIN_ID=%s\n' "$ADMIN_ID"
  [ ${#ENVIRONMENT[@]} -eq 0 ] || printf '%s\n' "${ENVIRONMENT[@]}"
}

container_spec() {
  {
    printf '%s\n' "$IMAGE" "$BMP_PORT" "$REST_PORT" "$CONFIG_DIRECTORY" "$DATA_DIRECTORY"
    [ "$DOCKER_NETWORK" = bridge ] || printf '%s\n' "$NETWORK $CONTAINER_IPV6"
    container_environment
  } | sha256sum | cut -d ' ' -f 1
}

# Whoever can write above one of its directories can put a link in the directory's place.
mounted_parent_problems() {
  jq -r --arg paths "$(realpath -m "$CONFIG_DIRECTORY" "$DATA_DIRECTORY")" --arg config "$CONFIG_DIRECTORY" --arg data "$DATA_DIRECTORY" '
    [$config, $data, ($paths | split("\n")[])] as $directories
    | .Mounts[] | select(.RW != false) | . as $mount | ($mount.Source // "" | rtrimstr("/") + "/") as $above
    | select($mount.Source and any($directories[]; startswith($above)))
    | "it can write to \(.Source), mounted at \(.Destination), in which its own directories are"'
}

# One line for each way in which a container that is not ours does not fit.
# Values of variables stay unnamed and off the command line: they may be secrets.
container_misfits() {
  container_json | mounted_parent_problems
  container_json | jq -r \
    --arg image "$IMAGE" --arg bmp "$BMP_PORT" --arg rest "$REST_PORT" \
    --arg config "$CONFIG_DIRECTORY" --arg data "$DATA_DIRECTORY" --arg network "$NETWORK" --arg address "$CONTAINER_IPV6" \
    --rawfile environment <(container_environment) '
    def port(inside): (.HostConfig.PortBindings[inside + "/tcp"] // [])[0].HostPort // "none";
    def mounted(at): [.Mounts[] | select(.Destination == at) | .Source][0] // "nothing";
    . as $container
    | (if .Config.Image != $image then "it runs the image \(.Config.Image), not \($image)" else empty end),
      (if port("5000") != $bmp then "port 5000 is published as \(port("5000")), not \($bmp)" else empty end),
      (if port("8001") != $rest then "port 8001 is published as \(port("8001")), not \($rest)" else empty end),
      (if mounted("/config") != $config then "/config is \(mounted("/config")), not \($config)" else empty end),
      (if mounted("/data/mysql") != $data then "/data/mysql is \(mounted("/data/mysql")), not \($data)" else empty end),
      (if (.HostConfig.NetworkMode | if . == "default" then "bridge" else . end) != $network then "it is on the network \(.HostConfig.NetworkMode), not on \(if $network == "bridge" then "the default bridge" else $network end)"
        elif .NetworkSettings.Networks | has($network) | not then "it is not connected to the network \($network)"
        elif (.NetworkSettings.Networks[$network].IPAMConfig.IPv6Address? // "") != $address then "its IPv6 address is not fixed as \($address)" else empty end),
      (if .HostConfig.RestartPolicy.Name | IN("always", "unless-stopped") | not then "it has no restart policy always or unless-stopped" else empty end),
      (if any(.Config.Env[]?; startswith("REINIT_DB=")) then "its variable REINIT_DB empties the database at every start" else empty end),
      ($environment | split("\n")[] | select(. != "") | . as $wanted
        | if $container.Config.Env | index([$wanted]) then empty
          else "its environment lacks the wanted \(split("=")[0])" end)'
}

# The variables that the container has from its image, as a JSON array.
image_environment() {
  docker image inspect --format '{{json .Config.Env}}' "$(container_json | jq -r .Image)" 2>/dev/null || echo null
}

# What the container has besides what a deployment gives it, one line each.
# Values of variables stay unnamed and off the command line: they may be secrets.
container_extras() {
  container_json | jq -r --slurpfile of_image <(image_environment) --rawfile environment <(container_environment) '
    (.HostConfig.PortBindings // {} | to_entries[] | select(.key | IN("5000/tcp", "8001/tcp") | not)
      | "port \(.key) published as \(.value[0].HostPort)"),
    ([.Config.Env[]? | select([.] | inside($of_image[0] // []) | not) | split("=")[0]]
      - [$environment | split("\n")[] | split("=")[0]] | .[] | "the variable \(.)"),
    (.Mounts[] | select(.Destination | IN("/config", "/data/mysql") | not) | "\(.Source) at \(.Destination)"),
    (.Mounts[] | select(.Type == "volume" and (.Destination | IN("/config", "/data/mysql")))
      | "its own data at \(.Destination), in the volume \(.Name)")'
}

# Empty when the container can stay, be put aside, or there is none: one line why not.
container_problem() {
  local misfits
  container_exists && ! container_is_ours || return 0
  misfits=$(container_misfits | paste -sd ';' | sed 's/;/; /g')
  if [ -z "$misfits" ]; then
    return
  elif container_json | jq -e .HostConfig.AutoRemove >/dev/null; then
    echo "the container $CONTAINER runs with --rm and does not fit ($misfits): it would vanish instead of being put aside. Save what is wanted of it and stop it"
  elif [ "$REPLACE_CONTAINER" = false ]; then
    echo "a container $CONTAINER is already there and does not fit ($misfits): set replaceContainer to true to put it aside, or mend it"
  elif docker container inspect "$SET_ASIDE" >/dev/null 2>&1; then
    echo "a container $SET_ASIDE is already there: remove or rename it"
  fi
}

# Input besides: REGISTRY_USER and REGISTRY_PASSWORD, empty for a public registry.
ensure_image() {
  docker image inspect "$IMAGE" >/dev/null 2>&1 && return 0
  say "pulling $IMAGE"
  if [ -n "$REGISTRY_USER" ]; then
    pull_with_login
  else
    docker pull --quiet "$IMAGE" >/dev/null
  fi || die "cannot pull the image $IMAGE (the engine's reason is above)"
}

# The registry that the image names; empty for Docker Hub.
image_registry() {
  case ${IMAGE%%/*} in
  "$IMAGE") ;;
  *.* | *:* | localhost) printf '%s\n' "${IMAGE%%/*}" ;;
  esac
}

# The login is in memory, and gone with this step.
pull_with_login() {
  local config status=0
  config=$(mktemp -d /run/openbmp-registry.XXXXXX)
  # A here-string would be a file for a moment, where bash is older than 5.1.
  # shellcheck disable=SC2046 # no registry is no word
  printf '%s\n' "$REGISTRY_PASSWORD" |
    docker --config "$config" login --username "$REGISTRY_USER" --password-stdin $(image_registry) >/dev/null &&
    docker --config "$config" pull --quiet "$IMAGE" >/dev/null || status=$?
  rm -rf "$config"
  return "$status"
}

create_container() {
  local placement=()
  [ "$DOCKER_NETWORK" = bridge ] || placement=(--network "$NETWORK" --ip6 "$CONTAINER_IPV6")
  # File descriptors keep the values off the command line, and the digest from
  # which a short one could be found by trying.
  docker create --name "$CONTAINER" --hostname openbmp-aio --restart unless-stopped \
    --label-file <(printf '%s=%s\n' "$SPEC_LABEL" "$(container_spec)") \
    --volume "$CONFIG_DIRECTORY:/config" --volume "$DATA_DIRECTORY:/data/mysql" \
    --publish "$BMP_PORT:$BMP_CONTAINER_PORT" --publish "$REST_PORT:$REST_CONTAINER_PORT" \
    "${placement[@]}" --env-file <(container_environment) "$IMAGE" >/dev/null
  say "created $CONTAINER from $IMAGE"
}

# Somebody may have changed it; another container for that would cut the sessions.
mend_restart_policy() {
  if ! container_json | jq -e '.HostConfig.RestartPolicy.Name | IN("always", "unless-stopped")' >/dev/null; then
    docker update --restart unless-stopped "$CONTAINER" >/dev/null
    say "$CONTAINER has its restart policy again"
  fi
}

# MySQL inside wants time to close its files.
stop_container() { docker stop --time 120 "$1" >/dev/null; }

# The user's container stays, stopped and under another name, for destroy.
set_container_aside() {
  local problem saved extras
  # The pull of the image may have taken minutes.
  problem=$(container_problem)
  [ -z "$problem" ] || die "$problem"
  # Once: a run that was cut off has changed the container already.
  if [ ! -e "$RECORD/container.before" ]; then
    saved=$PARENT/$CONTAINER.before-$(date -u +%Y%m%dT%H%M%SZ).json
    # That container may have the parent, too: the file is made elsewhere, and moved.
    container_json | write_file "$RECORD/container.inspection" 600 >/dev/null
    mv --force --no-target-directory "$RECORD/container.inspection" "$saved"
    container_json | jq '{running: .State.Running, restart: .HostConfig.RestartPolicy}' | write_file "$RECORD/container.before" 600 >/dev/null
    say "the inspection of the container that was there is in $saved"
    extras=$(container_extras | paste -sd ';' | sed 's/;/; /g')
    [ -z "$extras" ] || say "it has besides, which the new one does not get: $extras"
  fi
  docker update --restart no "$CONTAINER" >/dev/null
  stop_container "$CONTAINER"
  docker rename "$CONTAINER" "$SET_ASIDE"
  say "put the container that was there aside as $SET_ASIDE, with its data; destroy brings it back"
}

bring_container_back() {
  [ -e "$RECORD/container.before" ] || return 0
  # Cut off before it was renamed, it is there under its own name.
  if ! docker rename "$SET_ASIDE" "$CONTAINER" 2>/dev/null && ! container_exists; then
    say "the container that was put aside is not there any more: nothing to bring back as $CONTAINER"
    return 0
  fi
  docker update --restart "$(jq -r '.restart | if .Name == "on-failure" and .MaximumRetryCount > 0 then "\(.Name):\(.MaximumRetryCount)" elif .Name == "" then "no" else .Name end' "$RECORD/container.before")" "$CONTAINER" >/dev/null
  if jq -e .running "$RECORD/container.before" >/dev/null; then
    docker start "$CONTAINER" >/dev/null || say "the container that was there before does not start"
  fi
  say "brought back the container that was there before"
}

# Ours goes; one that was adopted stays.
remove_container() {
  if container_exists && container_is_ours; then
    stop_container "$CONTAINER" || true
    docker rm --force "$CONTAINER" >/dev/null
    say "removed $CONTAINER; its data stays under ${DATA_DIRECTORY%/*}"
  fi
}
