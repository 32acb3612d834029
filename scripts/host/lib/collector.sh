# shellcheck shell=bash
# The collector as it runs.

is_running() { [ "$(docker container inspect --format '{{.State.Running}}' "$CONTAINER")" = true ]; }

# A running collector read openbmpd.conf when it started; it is restarted only
# when the file is newer than that.
runs_on_former_config() {
  local started written
  started=$(date -d "$(docker container inspect --format '{{.State.StartedAt}}' "$CONTAINER")" +%s%N)
  written=$(config_stat %.9Y)
  [ "${written/./}" -gt "$started" ]
}
