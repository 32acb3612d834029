# shellcheck shell=bash
# The collector as it runs.

is_running() { [ "$(docker container inspect --format '{{.State.Running}}' "$CONTAINER")" = true ]; }

# changed_configs: which of its files a running collector has not read as they are, one
# a line. It reads them when it starts.
changed_configs() {
  local started written path
  started=$(date -d "$(docker container inspect --format '{{.State.StartedAt}}' "$CONTAINER")" +%s%N)
  for path in "$FILE" "$CONSUMERS_FILE"; do
    written=$(config_stat %.9Y "$path" 2>/dev/null) || continue
    [ "${written/./}" -le "$started" ] || echo "$path"
  done
}
