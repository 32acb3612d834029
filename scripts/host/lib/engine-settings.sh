# shellcheck shell=bash
# What the engine is told, by dockerd's command line and by daemon.json together, as the
# next start would have it.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/daemon-json.sh
. "${BASH_SOURCE[0]%/*}/daemon-json.sh"

# dockerd_flags: of the engine that runs, one --NAME=VALUE a line.
dockerd_flags() {
  local pid words=() index=1 word value
  pid=$(systemctl show --property MainPID --value docker.service)
  [ -r "/proc/${pid:-0}/cmdline" ] || return 0
  mapfile -d '' -t words <"/proc/$pid/cmdline"
  while [ "$index" -lt ${#words[@]} ]; do
    word=${words[index]} index=$((index + 1))
    case $word in
    -H) word=--host ;;
    -b) word=--bridge ;;
    -D) word=--debug ;;
    esac
    case $word in
    --*=*) ;;
    --*)
      value=true
      if [ "$index" -lt ${#words[@]} ] && [[ ${words[index]} != -* ]]; then
        value=${words[index]} index=$((index + 1))
      fi
      word=$word=$value
      ;;
    *) continue ;;
    esac
    printf '%s\n' "${word//$'\n'/ }"
  done
}

# One line for each reason not to deploy over what the engine is told.
configuration_problems() {
  engine_setting_problems
  daemon_json_problems
}

# What jq makes of the text $flags, what dockerd_flags prints: for each flag its values.
# shellcheck disable=SC2016 # jq's variables
FLAGS='
  (reduce ($flags | split("\n")[] | capture("^--(?<name>[^=]+)=(?<value>.*)")) as $flag ({};
    .[$flag.name] += [$flag.value])) as $flags |'

# What jq calls a setting, of $flags and of the file, and what is said where one has a value.
# shellcheck disable=SC2016 # jq's variables
SETTINGS="$FLAGS"'
  (try object catch {}) as $settings
  | def value($key): $flags[$key][-1] // ($settings[$key] | if . == null then "" else tostring end);
    def is($key; $value): select(value($key) == $value)
      | (if $flags[$key] then "the command line of dockerd" else $file end)
        + " sets \"\($key)\" to \($flags[$key][-1] // ($settings[$key] | tojson))";'

# engine_setting_problems: each setting, in the file or as a flag, with which a deployment
# would not do what it says, one line each.
# shellcheck disable=SC2016 # jq's variables
engine_setting_problems() {
  local flags forwarding=on
  flags=$(dockerd_flags)
  forwarding_is_on_for_both || forwarding=off
  # What is no JSON object is refused elsewhere.
  # shellcheck disable=SC2153 # an input, no other name for the mode of a file
  ask_daemon_json "$SETTINGS"'
    (select($forwarding == "off") | is("ip-forward"; "false")
        | "\(.), and forwarding is off: set net.ipv4.ip_forward=1 and net.ipv6.conf.all.forwarding=1, and in a file of /etc/sysctl.d for the next boot"),
      (select($mode == "proxy") | is("userland-proxy"; "false")
        | "\(.), the mode proxy needs docker-proxy: remove that line, or set mode to dnat"),
      (select($network == "bridge") | value("bip6") as $prefix | select($prefix != "") | is("bip6"; $prefix)
        | "\(.), which contradicts fixedCidrV6: remove that line, or set dockerNetwork to dedicated"),
      (value("userns-remap") as $user | select($user != "") | is("userns-remap"; $user)
        | "\(.): root in the container would be nobody in \"/var/openbmp\", and the collector writes there: remove that setting, or use another host"),
      (select($enforced == "1") | is("selinux-enabled"; "true")
        | "\(.), and SELinux is enforced, which keeps containers from \"/var/openbmp\": remove that setting, or use another host"),
      (select($network == "bridge") | ("ipv6", "fixed-cidr-v6", "config-file", "bridge") as $key
        | select($flags[$key]) | is($key; value($key)) | "\(.): move it to \($file)")' \
    --arg flags "$flags" --arg mode "$MODE" --arg network "$DOCKER_NETWORK" --arg forwarding "$forwarding" \
    --arg enforced "$(cat /sys/fs/selinux/enforce 2>/dev/null || true)"
}

# For what Docker forwards by DNAT: IPv4 in each mode.
forwarding_is_on_for_both() {
  [ "$(cat /proc/sys/net/ipv4/ip_forward)" = 1 ] || return 1
  [ "$MODE" = proxy ] || [ "$(cat /proc/sys/net/ipv6/conf/all/forwarding)" = 1 ]
}

# restart_conflicts: why the engine would not start again as it is, once the file is loaded.
# One line each.
restart_conflicts() {
  local flags root
  flags=$(dockerd_flags)
  root=$(docker info --format '{{.DockerRootDir}}')
  flag_conflicts "$flags"
  data_root_conflict "$flags" "$root"
}

# Docker takes no setting from both.
# shellcheck disable=SC2016 # jq's variables
flag_conflicts() {
  ask_daemon_json "$FLAGS"'
    object as $settings | $flags | keys_unsorted[]
    | . as $flag | ($flag, $flag + "s", ($flag | sub("y$"; "ies"))) | select(in($settings))
    | "\($file) sets \"\(.)\", and dockerd runs with --\($flag) on its command line: Docker would not start" +
      " again, take one of them out"' --arg flags "$1" | awk '!seen[$0]++'
}

# data_root_conflict FLAGS ROOT: containers and images are in ROOT. With remapped users it is a
# directory below the one that is set.
# shellcheck disable=SC2016 # jq's variables
data_root_conflict() {
  local asked
  asked=$(ask_daemon_json "$FLAGS"'
    object | ($flags["data-root"] // $flags.graph)[-1]? // .["data-root"] // .graph // "/var/lib/docker"' --arg flags "$1")
  [[ $(realpath -m "$2") =~ ^"$(realpath -m "$asked")"(/[0-9]+\.[0-9]+)?$ ]] ||
    echo "Docker keeps its containers in $2, and $DAEMON_JSON has it begin in $asked at its next start, without" \
      "them: restart it yourself and see, or set \"data-root\" to $2"
}

# Engines from 23.0 on check a file without starting. Prints the complaint about FILE, with
# the flags that the engine runs with.
dockerd_complaint() {
  local flags complaint
  collect flags dockerd_flags
  ! complaint=$(dockerd --validate --config-file "$1" "${flags[@]}" 2>&1 | message_head) || return 0
  [[ $complaint == *"unknown flag: --validate"* ]] || printf '%s\n' "$complaint"
}

# restart_brings: the settings besides ours that a restart may bring, where the file is newer
# than the engine.
restart_brings() {
  local started others
  [ -s "$DAEMON_JSON" ] || return 0
  started=$(systemctl show --property ExecMainStartTimestamp --value docker.service)
  [ "$(stat -c %Y "$DAEMON_JSON")" -gt "$(date -d "${started:-now}" +%s)" ] || return 0
  others=$(read_daemon_json | jq -r 'keys_unsorted - ["ipv6", "fixed-cidr-v6"] | join(", ")')
  [ -z "$others" ] ||
    echo "$DAEMON_JSON was changed after Docker started: the restart also loads what it says of $others"
}
