# shellcheck shell=bash
# Step: openbmpd.conf in the config volume has the desired values, and every other byte stays.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/../lib/common.sh"
# shellcheck source=scripts/host/lib/collector.sh
. "${BASH_SOURCE[0]%/*}/../lib/collector.sh"
# shellcheck source=scripts/host/lib/config-directory.sh
. "${BASH_SOURCE[0]%/*}/../lib/config-directory.sh"
# shellcheck source=scripts/host/lib/config-file.sh
. "${BASH_SOURCE[0]%/*}/../lib/config-file.sh"
# shellcheck source=scripts/host/lib/container-state.sh
. "${BASH_SOURCE[0]%/*}/../lib/container-state.sh"
# shellcheck source=scripts/host/lib/data.sh
. "${BASH_SOURCE[0]%/*}/../lib/data.sh"
# shellcheck source=scripts/host/lib/record.sh
. "${BASH_SOURCE[0]%/*}/../lib/record.sh"

IMAGE_CONFIG=/usr/etc/openbmp/openbmpd.conf

copy_from_image() {
  local copy=$STAGING/copy
  # The file in the container may be of any kind and size, too.
  (
    ulimit -f $((MAXIMUM_BYTES / 1024))
    timeout --foreground "$FILE_TIMEOUT_SECONDS" docker cp --follow-link "$CONTAINER:$IMAGE_CONFIG" "$copy" >/dev/null
  ) ||
    die "Docker does not copy $IMAGE_CONFIG out of $CONTAINER (its reason is above): set image to an OpenBMP AIO" \
      "image, which has at most $MAXIMUM_BYTES bytes in it, or free disk space"
  [[ $(stat -c %f "$copy") == 8* ]] ||
    die "$IMAGE_CONFIG in the image must be a regular file, it is a $(stat -c %F "$copy")"
  place_config "$copy" --no-clobber ||
    die "$FILE cannot be made (the reason is above): free disk space, or move what has its name"
  next_exists || say "copied $IMAGE_CONFIG from the image to $FILE"
}

# Its text goes to the program, which works out the edits.
collector_config_read() {
  input CONTAINER_ID WANTED REAPPLY
  claim_host
  open_staging
  config_exists || copy_from_image
  read_config
  file_digest "$SNAPSHOT"
  gzip -9n <"$SNAPSHOT" | base64
}

# snapshot_slice FROM COUNT
snapshot_slice() { dd if="$SNAPSHOT" iflag=skip_bytes,count_bytes bs=64K skip="$1" count="$2" status=none; }

patched_text() {
  local edit offset length text position=0
  for edit in "${EDITS[@]}"; do
    read -r offset length text <<<"$edit"
    snapshot_slice "$position" $((offset - position))
    base64 -d <<<"$text"
    position=$((offset + length))
  done
  snapshot_slice "$position" "$(stat -c %s "$SNAPSHOT")"
}

die_config_not_writable() {
  die "$FILE cannot be written, nothing was changed (the reason is above): make it mutable (lsattr, chattr -i), or" \
    "its file system writable (df, mount)"
}

die_config_changed() { die "$FILE was changed while it was being configured: give \"reapply\" a new value and run" \
  "again"; }

write_edits() {
  local new=$STAGING/new
  # Opened for appending nothing: also an immutable file is refused while it is whole.
  config_is_writable || die_config_not_writable
  # Owner, mode and extended attributes first, then the text.
  config_attributes "$new" || die_config_not_writable
  patched_text >"$STAGING/patched"
  [ "$(file_digest "$STAGING/patched")" = "$NEW_SHA256" ] ||
    die "the edits of $FILE do not give the expected text, nothing was changed: run again"
  cat "$STAGING/patched" >"$new"
  if [ "$(config_stat %h)" -gt 1 ]; then
    sync "$new"
    mv "$new" "$WHOLE"
    write_in_place
  else
    place_config "$new" --force || die_config_not_writable
  fi
  read_config
  [ "$(file_digest "$SNAPSHOT")" = "$NEW_SHA256" ] || die_config_changed
  say "$FILE: set ${#EDITS[@]} value(s)"
}

# Input: OLD_SHA256 of the text that the edits were worked out for, NEW_SHA256 of the
# result, CURRENT_PAT (pat_enabled in the text, empty where it says nothing), EDITS
# (array of "offset length base64", in bytes, ascending).
collector_config_apply() {
  local current=none
  input OLD_SHA256 NEW_SHA256 CURRENT_PAT EDITS CONTAINER_ID REAPPLY
  claim_host
  open_staging
  if config_exists; then
    read_config
    current=$(file_digest "$SNAPSHOT")
  fi
  if [ "$current" = "$NEW_SHA256" ]; then
    say "$FILE already has the desired values"
  elif [ "$current" != "$OLD_SHA256" ]; then
    die_config_changed
  else
    record_pat_of_existing_data "$CURRENT_PAT"
    write_edits
  fi
  jq -cn --arg digest "$NEW_SHA256" '{configSha256: $digest}'
}

# The file stays, with the data.
collector_config_undo() { remove_staging; }

collector_config_drift() {
  local problem changed path
  problem=$(config_problem)
  if [ -n "$problem" ]; then
    drift "$problem"
  elif container_exists && is_running; then
    collect changed changed_configs
    for path in "${changed[@]}"; do drift "$path was changed after the collector read it"; done
  fi
}
