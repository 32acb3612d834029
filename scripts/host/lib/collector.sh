# shellcheck shell=bash
# The collector as it runs.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/config-directory.sh
. "${BASH_SOURCE[0]%/*}/config-directory.sh"
# shellcheck source=scripts/host/lib/container-state.sh
. "${BASH_SOURCE[0]%/*}/container-state.sh"
# shellcheck source=scripts/host/lib/ports.sh
. "${BASH_SOURCE[0]%/*}/ports.sh"

# changed_configs: which of its files a running collector has not read as they are, one
# a line. It reads them when it starts.
changed_configs() {
  local started
  started=$(date -d "$(docker container inspect --format '{{.State.StartedAt}}' "$CONTAINER")" +%s%N)
  configs_written_after "$started"
}

container_stopped() {
  local refusal
  refusal=$(refusal_of_openbmpd)
  [ -z "$refusal" ] ||
    die "the collector does not accept $CONFIG_DIRECTORY/openbmpd.conf ($refusal): edit the file, give \"reapply\" a" \
      "new value and run again"
  die "the container stopped: $(docker logs --tail 3 "$CONTAINER" 2>&1 | message_head | paste -sd ' ')"
}

# What openbmpd says of a file that it does not load, since this step began: the
# image goes on to other lines, and ends as if all were well. Lines have any length.
refusal_of_openbmpd() {
  docker logs --since "$((SECONDS + 1))s" --tail 200 "$CONTAINER" 2>&1 | LC_ALL=C cut --bytes 1-500 |
    LC_ALL=C grep --text --only-matching 'ERROR: Failed to load.*' | tail --lines 1 || true
}

# The container may listen at as many addresses as it likes.
listeners() {
  in_container ss --no-header --numeric --listening --tcp | awk 'NR <= 1000 { print $4 }' | paste -sd ' '
}

# listens_on_ipv6 PORT LISTENERS
listens_on_ipv6() { [[ " $2 " == *" [::]:$1 "* || " $2 " == *" *:$1 "* ]]; }
