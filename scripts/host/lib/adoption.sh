# shellcheck shell=bash
# Whether an existing container openbmp_aio can stay, and what becomes of it.
# Values of variables stay unnamed and off the command line: they may be secrets,
# as may those of labels, log options, commands and health checks.
# Input: that of lib/container.sh.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/bridge.sh
. "${BASH_SOURCE[0]%/*}/bridge.sh"
# shellcheck source=scripts/host/lib/container-state.sh
. "${BASH_SOURCE[0]%/*}/container-state.sh"
# shellcheck source=scripts/host/lib/container.sh
. "${BASH_SOURCE[0]%/*}/container.sh"
# shellcheck source=scripts/host/lib/extras.sh
. "${BASH_SOURCE[0]%/*}/extras.sh"
# shellcheck source=scripts/host/lib/image-name.sh
. "${BASH_SOURCE[0]%/*}/image-name.sh"
# shellcheck source=scripts/host/lib/ports.sh
. "${BASH_SOURCE[0]%/*}/ports.sh"

image_mismatches() {
  local image
  image=$(container_field '{{.Config.Image}}')
  [ "$(image_name "$image")" = "$(image_name "$IMAGE")" ] || echo "it runs the image $image, not $IMAGE"
}

# What jq calls, of a container, the lines of its mounts, its ports and the broker's name.
# Whoever can write above one of its directories can put a link in the directory's place.
# Every binding counts: another one has no list, and one address alone is not where routers go.
# Kafka sends its clients to the name that it advertises, and those inside must
# find the container under that name: from inside, no list allows the path by the host.
# shellcheck disable=SC2016 # jq's variables
MISMATCHES="$BINDINGS"'
  def mounted_parents:
    [$config, $data, ($paths | split("\n")[])] as $directories
    | .Mounts[] | select(.RW != false) | . as $mount | ($mount.Source // "" | rtrimstr("/") + "/") as $above
    | select($mount.Source and any($directories[]; startswith($above)))
    | "it can write to \(.Source), mounted at \(.Destination), in which its own directories are";
  def fits($wanted): everywhere and .HostPort == $wanted;
  def ports:
    (.HostConfig.PortBindings | .. | objects | select(.HostIp == "") | .HostIp) |= $published_at
    | . as $container | ($ports | split("\n")[] | select(. != "") | split(" ")) as [$name, $wanted, $inside]
    | [$container | bindings($inside)[]] as $all
    | if any($all[]; fits($wanted)) then
        $all[] | select(fits($wanted) | not)
        | "port \($inside) is also published as \(binding), where no list holds"
      else ([$all[] | binding] | join(" and ") | if . == "" then "none" else . end) as $bindings
        | "port \($inside) is published as \($bindings), not \($wanted)" end;
  def kafka_name:
    select($name != "localhost" and ([.HostConfig.ExtraHosts[]? | ascii_downcase]
      | index(($name | ascii_downcase) + ":127.0.0.1") | not))
    | "inside it, \($name) does not stand for the container itself (--add-host \($name):127.0.0.1)";'

# Where Docker publishes a port that is given without an address: "ip" in daemon.json. Empty for all addresses.
default_binding_address() {
  docker network inspect --format '{{index .Options "com.docker.network.bridge.host_binding_ipv4"}}' bridge |
    sed 's/^0\.0\.0\.0$//'
}

# One line for each setting in which a container does not fit.
container_mismatches() {
  local image published_at
  image=$(image_mismatches)
  published_at=$(default_binding_address)
  container_json | jq -r \
    --arg config "$CONFIG_DIRECTORY" --arg data "$(! is_aio || echo "$DATA_DIRECTORY")" \
    --arg paths "$(realpath -m "$CONFIG_DIRECTORY" "$DATA_DIRECTORY")" \
    --arg image "$image" --rawfile ports <(published_ports) --arg published_at "$published_at" \
    --arg name "$KAFKA_FQDN" --arg network "$NETWORK" --arg address "$CONTAINER_IPV6" \
    --rawfile environment <(user_environment) "$MISMATCHES"'
    def mounted(at): [.Mounts[] | select(.Destination == at) | .Source][0] // "nothing";
    .[0] as $container | $container
    | mounted_parents, ($image | select(. != "")), ports, kafka_name,
      (if mounted("/config") != $config
      then "/config is \(mounted("/config")), not \($config)" else empty end),
      (if $data != "" and mounted("/data/mysql") != $data
        then "/data/mysql is \(mounted("/data/mysql")), not \($data)"
        else empty end),
      (if (.HostConfig.NetworkMode | if . == "default" then "bridge" else . end) != $network
        then (if $network == "bridge" then "the default bridge" else $network end) as $name
          | "it is on the network \(.HostConfig.NetworkMode), not on \($name)"
        elif .NetworkSettings.Networks | has($network) | not then "it is not connected to the network \($network)"
        elif (.NetworkSettings.Networks[$network].IPAMConfig.IPv6Address? // "") != $address
          then "its IPv6 address is not fixed as \($address)" else empty end),
      (if .HostConfig.RestartPolicy.Name | IN("always", "unless-stopped") | not
        then "it has no restart policy always or unless-stopped (docker update --restart unless-stopped)" else empty end),
      (if any(.Config.Env[]?; startswith("REINIT_DB="))
        then "its variable REINIT_DB empties the database at every start" else empty end),
      ($environment | split("\n")[] | select(. != "") | . as $wanted
        | if $container.Config.Env | index([$wanted]) then empty
          else "its environment lacks the wanted \(split("=")[0])" end)'
}
