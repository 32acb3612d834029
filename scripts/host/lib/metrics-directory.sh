# shellcheck shell=bash
# Where node_exporter's textfile collector reads.
# Input: METRICS_DIRECTORY, which the user chose; empty where it is to be found.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"

# Of Debian's and Ubuntu's package, also without the flag.
PACKAGED_METRICS_DIRECTORY=/var/lib/prometheus/node-exporter

# metrics_directory: it need not be there.
metrics_directory() {
  local directory=$METRICS_DIRECTORY
  [ -n "$directory" ] || directory=$(node_exporter_directory)
  printf '%s' "${directory:-$PACKAGED_METRICS_DIRECTORY}"
}

# Of root, of a system's account, of one that systemd made up (systemd.exec(5), DynamicUser), or nobody. Whoever else
# may log in can run anything under any name, and would say where root writes.
is_system_user() { [ "$1" -lt 1000 ] || { [ "$1" -ge 61184 ] && [ "$1" -le 65534 ]; }; }

# The flag of a node_exporter that sees the host's own files, not those of a container: of the form that
# metricsDirectory has, since a unit gets it, too.
node_exporter_directory() {
  local process owner
  for process in /proc/[0-9]*; do
    [[ $(cat "$process/comm" 2>/dev/null) =~ ^(node_exporter|prometheus-node)$ ]] || continue
    { owner=$(stat -c %u "$process" 2>/dev/null) && is_system_user "$owner"; } || continue
    [ "$(readlink "$process/ns/mnt")" = "$(readlink "/proc/$$/ns/mnt")" ] || continue
    tr '\0' '\n' <"$process/cmdline" 2>/dev/null |
      awk 'next_one || sub(/^--?collector\.textfile\.directory=/, "") { if (/^\/[A-Za-z0-9_.\/-]*$/) print; exit }
        /^--?collector\.textfile\.directory$/ { next_one = 1 }'
    return
  done
}

# Input besides: METRICS.
metrics_directory_problem() {
  local directory
  [ "$METRICS" = true ] || return 0
  directory=$(metrics_directory)
  [ ! -d "$directory" ] || return 0
  if [ -z "$METRICS_DIRECTORY" ] && [ "$directory" = "$PACKAGED_METRICS_DIRECTORY" ]; then
    unfit "no node_exporter with a textfile collector is found: start it with --collector.textfile.directory, or set" \
      "metricsDirectory"
  else
    unfit "the metrics' directory $directory does not exist: make it, or set another metricsDirectory"
  fi
}
