# shellcheck shell=bash
# Step: openbmpd.conf has the wanted values, every other byte as it was.
# Input: OLD_SHA256 (of the text that the edits were worked out for),
# NEW_SHA256 (of the result), PAT_FOUND (pat_enabled in the text, empty where it
# says nothing), EDITS (array of "offset length base64", in bytes,
# ascending).

# slice FROM COUNT
slice() { dd if="$SNAPSHOT" iflag=skip_bytes,count_bytes bs=64K skip="$1" count="$2" status=none; }

patched() {
  local edit offset length text position=0
  for edit in "${EDITS[@]}"; do
    read -r offset length text <<<"$edit"
    slice "$position" $((offset - position))
    base64 -d <<<"$text"
    position=$((offset + length))
  done
  slice "$position" "$(stat -c %s "$SNAPSHOT")"
}

cannot_be_written() {
  die "$FILE cannot be written, nothing was changed: is it immutable (lsattr, chattr -i), or its file system full or read-only? The reason is above"
}

was_changed() { die "$FILE was changed while it was being configured: give \"reapply\" a new value and run again"; }

write() {
  local new=$STAGING/new
  # Opened for appending nothing: also an immutable file is refused while it is whole.
  config_is_writable || cannot_be_written
  # Owner, mode and extended attributes first, then the text.
  config_attributes "$new" || cannot_be_written
  patched >"$STAGING/patched"
  [ "$(file_digest "$STAGING/patched")" = "$NEW_SHA256" ] ||
    die "the edits of $FILE do not give the expected text, nothing was changed"
  cat "$STAGING/patched" >"$new"
  if [ "$(config_stat %h)" -gt 1 ]; then
    sync "$new"
    mv "$new" "$WHOLE"
    write_in_place
  else
    place_config "$new" --force || cannot_be_written
  fi
  read_config
  [ "$(file_digest "$SNAPSHOT")" = "$NEW_SHA256" ] || was_changed
  say "$FILE: set ${#EDITS[@]} value(s)"
}

main() {
  local current=none
  claim_host
  open_staging
  if config_exists; then
    read_config
    current=$(file_digest "$SNAPSHOT")
  fi
  if [ "$current" = "$NEW_SHA256" ]; then
    say "$FILE already has the wanted values"
  elif [ "$current" != "$OLD_SHA256" ]; then
    was_changed
  else
    note_found_data "$PAT_FOUND"
    write
  fi
  jq -cn --arg digest "$NEW_SHA256" '{configSha256: $digest}'
}

main "$@" </dev/null
