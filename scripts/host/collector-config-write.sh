# shellcheck shell=bash
# Step: openbmpd.conf has the wanted values, every other byte as it was.
# Input: OLD_SHA256 (of the text that the edits were worked out for),
# NEW_SHA256 (of the result), PAT_FOUND (pat_enabled in the text, empty where it
# says nothing), EDITS (array of "offset length base64", in bytes,
# ascending).

# slice FROM COUNT
slice() { dd if="$FILE" iflag=skip_bytes,count_bytes bs=64K skip="$1" count="$2" status=none; }

patched() {
  local edit offset length text position=0
  for edit in "${EDITS[@]}"; do
    read -r offset length text <<<"$edit"
    slice "$position" $((offset - position))
    base64 -d <<<"$text"
    position=$((offset + length))
  done
  slice "$position" "$(stat -c %s "$FILE")"
}

write() {
  # Opened for appending nothing: also an immutable file is refused while it is whole.
  { : >>"$FILE"; } 2>/dev/null ||
    die "$FILE cannot be written, nothing was changed: is it immutable (lsattr, chattr -i) or its file system read-only?"
  trap 'rm -f "$STAGED" "$STAGED.text"' EXIT
  # Owner, mode and extended attributes first, then the text.
  cp --preserve=all "$FILE" "$STAGED"
  patched >"$STAGED.text"
  [ "$(file_digest "$STAGED.text")" = "$NEW_SHA256" ] ||
    die "the edits of $FILE do not give the expected text, nothing was changed"
  cat "$STAGED.text" >"$STAGED"
  rm "$STAGED.text"
  sync "$STAGED"
  if [ "$(stat -c %h "$FILE")" -gt 1 ]; then
    # From here on the staged text may be the only whole one.
    trap - EXIT
    cat "$STAGED" >"$FILE" || die "$FILE is incomplete, its whole text is in $STAGED: run again when it can be written"
    rm "$STAGED"
  else
    mv -f --no-target-directory "$STAGED" "$FILE"
  fi
  say "$FILE: set ${#EDITS[@]} value(s)"
}

main() {
  local current=none
  claim_host
  if [ -e "$FILE" ] || [ -L "$FILE" ]; then
    require_regular_file
    finish_write_in_place
    current=$(file_digest "$FILE")
  fi
  if [ "$current" = "$NEW_SHA256" ]; then
    say "$FILE already has the wanted values"
  elif [ "$current" != "$OLD_SHA256" ]; then
    die "$FILE was changed while it was being configured: give \"reapply\" a new value and run again"
  else
    note_found_data "$PAT_FOUND"
    write
  fi
  jq -cn --arg digest "$NEW_SHA256" '{configSha256: $digest}'
}

main "$@" </dev/null
