# shellcheck shell=bash
# The backup of the original container, in whose place ours is until destroy.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/config-directory.sh
. "${BASH_SOURCE[0]%/*}/config-directory.sh"
# shellcheck source=scripts/host/lib/container-state.sh
. "${BASH_SOURCE[0]%/*}/container-state.sh"
# shellcheck source=scripts/host/lib/existing-container.sh
. "${BASH_SOURCE[0]%/*}/existing-container.sh"
# shellcheck source=scripts/host/lib/record.sh
. "${BASH_SOURCE[0]%/*}/record.sh"
# shellcheck source=scripts/host/lib/stopping.sh
. "${BASH_SOURCE[0]%/*}/stopping.sh"

# The original container stays, stopped and under another name, for destroy.
back_up_container() {
  local problem saved
  # The pull of the image may have taken minutes.
  problem=$(container_problem)
  [ -z "$problem" ] || die "$problem"
  # Once: a run that was cut off has changed the container already.
  if [ ! -e "$ORIGINAL_CONTAINER" ]; then
    saved=$PARENT/$CONTAINER.before-$(date -u +%Y%m%dT%H%M%SZ).json
    # That container may have the parent, too: the file is made elsewhere, and moved.
    container_json | jq '.[0]' | write_file "$INSPECTION" 600 >/dev/null
    mv --force --no-target-directory "$INSPECTION" "$saved"
    container_json | jq '.[0] | {running: .State.Running, restart: .HostConfig.RestartPolicy}' |
      write_file "$ORIGINAL_CONTAINER" 600 >/dev/null
    say "the inspection of the original container is in $saved"
  fi
  docker update --restart no "$CONTAINER" >/dev/null
  stop_container "$CONTAINER"
  docker rename "$CONTAINER" "$BACKUP_CONTAINER"
  say "backed up the original container as $BACKUP_CONTAINER, with its data; destroy restores it"
}

# Sets CONTAINER_IS_LOST where somebody removed the backup in the meantime.
# shellcheck disable=SC2034 # the files that source this one read it
CONTAINER_IS_LOST=''
restore_container() {
  local policy
  [ -e "$ORIGINAL_CONTAINER" ] || return 0
  # After a run that was cut off before the rename, it still has its own name.
  if ! docker rename "$BACKUP_CONTAINER" "$CONTAINER" 2>/dev/null && ! container_exists; then
    say "the original container is no longer there as $BACKUP_CONTAINER, so nothing is restored: read what it was" \
      "made of in $PARENT/$CONTAINER.before-*.json"
    # shellcheck disable=SC2034
    CONTAINER_IS_LOST=yes
    return 0
  fi
  policy=$(jq -r '.restart
    | if .Name == "on-failure" and .MaximumRetryCount > 0 then "\(.Name):\(.MaximumRetryCount)"
      elif .Name == "" then "no" else .Name end' "$ORIGINAL_CONTAINER")
  docker update --restart "$policy" "$CONTAINER" >/dev/null
  if jq -e .running "$ORIGINAL_CONTAINER" >/dev/null; then
    docker start "$CONTAINER" >/dev/null || say "the original container does not start: docker start $CONTAINER"
  fi
  say "restored the original container"
}
