# shellcheck shell=bash
# The collector as it runs.

is_running() { [ "$(docker container inspect --format '{{.State.Running}}' "$CONTAINER")" = true ]; }

# changed_configs: which of its files a running collector has not read as they are, one
# a line. It reads them when it starts.
changed_configs() {
  local started
  started=$(date -d "$(docker container inspect --format '{{.State.StartedAt}}' "$CONTAINER")" +%s%N)
  configs_written_after "$started"
}
