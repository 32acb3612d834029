# shellcheck shell=bash
# What a container of the user's has, and a new one in its place does not get.
# Nothing of values that may be secret: variables, labels, options of the log,
# commands, health checks.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/bridge.sh
. "${BASH_SOURCE[0]%/*}/bridge.sh"
# shellcheck source=scripts/host/lib/container-state.sh
. "${BASH_SOURCE[0]%/*}/container-state.sh"
# shellcheck source=scripts/host/lib/container.sh
. "${BASH_SOURCE[0]%/*}/container.sh"
# shellcheck source=scripts/host/lib/daemon-json.sh
. "${BASH_SOURCE[0]%/*}/daemon-json.sh"
# shellcheck source=scripts/host/lib/ports.sh
. "${BASH_SOURCE[0]%/*}/ports.sh"

# One line for each, options by their names on Docker's command line.
container_extras() {
  local image engine daemon environment log=()
  image=$(image_settings)
  engine=$(docker info --format '{{json .}}')
  daemon=$(read_daemon_json)
  ! rotates_log || log=("${LOG_OPTIONS[@]}")
  environment=$(container_environment)
  container_json | jq -r --slurpfile image <(printf '%s' "$image") --slurpfile engine <(printf '%s' "$engine") \
    --rawfile daemon <(printf '%s' "$daemon") --arg sysctls "${SYSCTLS[*]}" --arg log "${log[*]}" \
    --argjson nofile "$NOFILE" --arg dropped "$DROPPED_CAPABILITY" \
    --arg network "$NETWORK" --arg published "$(container_ports)" \
    --arg kafka "$KAFKA_FQDN:127.0.0.1" --rawfile environment <(printf '%s\n' "$environment") "$BINDINGS$OBJECT"'
    # Nothing, a text, each item of a list, or the keys of an object; an empty text for a switch.
    def words: if IN(null, false, "", 0) then empty
      elif . == true then ""
      elif type == "object" then keys[]
      elif type == "array" then .[]
        | if type == "object" then .Name // .PathOnHost // .Path // .Driver // "" else tostring end
      else tostring end;
    def option($name): words | if . == "" then $name else "\($name) \(.)" end;
    def unless($usual): if IN($usual[]) then null else . end;
    def settings: split(" ") | map(split("=") | {(.[0]): .[1]}) | add // {};
    ($image[0] // {}) as $image | $engine[0] as $engine | ($daemon | try object catch {}) as $daemon
    # What the engine gives to every container.
    | (if any($engine.SecurityOptions[]?; startswith("name=cgroupns")) then "private" else "host" end) as $cgroupns
    # What a container of ours gets for itself, as Docker shows it.
    | {sysctls: ($sysctls | settings), log: ($log | settings), dropped: [$dropped, "CAP_" + $dropped],
       nofile: {Name: "nofile", Hard: $nofile, Soft: $nofile}} as $given
    | .[0] | .Id as $id | .Config as $own | .HostConfig as $host

    | (.HostConfig.PortBindings // {} | to_entries[] | select(.key | IN($published | split(",")[] + "/tcp") | not)
        | "port \(.key) published as \(.value[] | binding)"),
      ($host.PublishAllPorts | option("--publish-all")),
      ([$own.Env[]? | select([.] | inside($image.Env // []) | not) | split("=")[0]]
        - [$environment | split("\n")[] | split("=")[0]] | .[] | "the variable \(.)"),
      (.Mounts[] | select(.Destination | IN("/config", "/data/mysql") | not)
        | "\(.Source | if . == "" then "a tmpfs" else . end) at \(.Destination)"),
      (.Mounts[] | select(.Type == "volume" and (.Destination | IN("/config", "/data/mysql")))
        | "its own data at \(.Destination), in the volume \(.Name)"),
      ($host.Tmpfs | option("--tmpfs")),

      ($host.Privileged | option("--privileged")),
      ($host.CapAdd | option("--cap-add")),
      ($host.CapDrop // [] | map(select(IN($given.dropped[]) | not)) | option("--cap-drop")),
      ($host.SecurityOpt // [] | if $host.Privileged then . - ["label=disable"] else . end | map(split("=")[0])
        | option("--security-opt")),
      ($host.ReadonlyRootfs | option("--read-only")),
      ($host.Devices | option("--device")),
      ($host.DeviceCgroupRules | option("--device-cgroup-rule")),
      ($host.DeviceRequests | option("--gpus")),
      ($host.GroupAdd | option("--group-add")),
      ($host.Sysctls // {} | with_entries(select(.value != $given.sysctls[.key])) | option("--sysctl")),
      ($host.Ulimits // [] | map(select(. != $given.nofile and (.Name | in($daemon["default-ulimits"] // {}) | not)))
        | option("--ulimit")),

      ($host.LogConfig.Type | unless([$engine.LoggingDriver]) | option("--log-driver")),
      ($host.LogConfig.Config // {} | with_entries(select(.value != (($daemon["log-opts"] // {}) + $given.log)[.key]))
        | option("--log-opt")),
      ($host.ExtraHosts // [] - [$kafka] | option("--add-host")),
      ($host.Dns | option("--dns")),
      ($host.DnsSearch | option("--dns-search")),
      ($host.DnsOptions | option("--dns-option")),
      ($host.Links | option("--link")),
      ($own.MacAddress | option("--mac-address")),
      (.NetworkSettings.Networks // {} | to_entries[]
        | (select(.key != ($host.NetworkMode | if . == "default" then "bridge" else . end)) | "the network \(.key)"),
          (.value.IPAMConfig // {} | (.IPv4Address | option("--ip")), (.IPv6Address | option("--ip6")))),

      ($host.NetworkMode | unless(["default", "bridge", $network]) | option("--network")),
      ($host.PidMode | option("--pid")),
      ($host.IpcMode | unless(["private", "shareable"]) | option("--ipc")),
      ($host.UTSMode | option("--uts")),
      ($host.UsernsMode | option("--userns")),
      ($host.CgroupnsMode | unless([$cgroupns]) | option("--cgroupns")),
      ($host.Runtime | unless([$engine.DefaultRuntime]) | option("--runtime")),
      ($host.Init | option("--init")),

      ($host.Memory | option("--memory")),
      ($host.MemoryReservation | option("--memory-reservation")),
      # Docker makes it twice the memory.
      ($host.MemorySwap | unless([2 * $host.Memory]) | option("--memory-swap")),
      ($host.MemorySwappiness | unless([-1]) | option("--memory-swappiness")),
      ($host.OomKillDisable | option("--oom-kill-disable")),
      ($host.OomScoreAdj | option("--oom-score-adj")),
      ($host.ShmSize | unless([67108864]) | option("--shm-size")),
      ($host.NanoCpus | if . then . / 1000000000 else . end | option("--cpus")),
      ($host.CpuShares | option("--cpu-shares")),
      ($host.CpuPeriod | option("--cpu-period")),
      ($host.CpuQuota | option("--cpu-quota")),
      ($host.CpuRealtimePeriod | option("--cpu-rt-period")),
      ($host.CpuRealtimeRuntime | option("--cpu-rt-runtime")),
      ($host.CpusetCpus | option("--cpuset-cpus")),
      ($host.CpusetMems | option("--cpuset-mems")),
      ($host.BlkioWeight | option("--blkio-weight")),
      ($host.BlkioWeightDevice | option("--blkio-weight-device")),
      ($host.BlkioDeviceReadBps | option("--device-read-bps")),
      ($host.BlkioDeviceWriteBps | option("--device-write-bps")),
      ($host.BlkioDeviceReadIOps | option("--device-read-iops")),
      ($host.BlkioDeviceWriteIOps | option("--device-write-iops")),
      ($host.PidsLimit | unless([-1]) | option("--pids-limit")),
      ($host.CgroupParent | option("--cgroup-parent")),
      ($host.StorageOpt | option("--storage-opt")),
      ($host.Annotations | option("--annotation")),

      ($own.Labels // {}
        | with_entries(select(.value != ($image.Labels // {})[.key]
          and (.key | startswith("com.docker.compose.") | not)))
        | option("--label")),
      ($host.RestartPolicy.Name | unless(["unless-stopped"]) | option("--restart")),
      ($own.Hostname | unless([$id[0:12], "openbmp-aio"]) | option("--hostname")),
      ($own.Domainname | option("--domainname")),
      ($own.Tty | option("--tty")),
      ($own.OpenStdin | option("--interactive")),
      ($own.StopTimeout | option("--stop-timeout")),
      (if $image == {} then empty else
        ($own.User | unless([$image.User]) | option("--user")),
        ($own.WorkingDir | unless([$image.WorkingDir]) | option("--workdir")),
        ($own.StopSignal | unless([$image.StopSignal]) | option("--stop-signal")),
        (if ($own.Entrypoint // []) != ($image.Entrypoint // []) then "another entrypoint" else empty end),
        (if ($own.Cmd // []) != ($image.Cmd // []) then "another command" else empty end),
        (if $own.Healthcheck != $image.Healthcheck then "another health check" else empty end)
      end)'
}
