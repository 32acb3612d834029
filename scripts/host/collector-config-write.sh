# shellcheck shell=bash
# Step: openbmpd.conf has the wanted values, every other byte as it was.
# Input: OLD_SHA256 (of the text that the edits were worked out for),
# NEW_SHA256 (of the result), EDITS (array of "offset length base64", in bytes,
# ascending).

FILE=$CONFIG_DIRECTORY/openbmpd.conf

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

main() {
  local current new
  current=$(file_digest "$FILE")
  if [ "$current" = "$NEW_SHA256" ]; then
    say "$FILE already has the wanted values"
  elif [ "$current" != "$OLD_SHA256" ]; then
    die "$FILE was changed while it was being configured: give \"reapply\" a new value and run again"
  else
    new=$(mktemp "$FILE.XXXXXX")
    # Owner, mode and extended attributes first, then the text.
    cp --preserve=all "$FILE" "$new"
    patched >"$new.text"
    [ "$(file_digest "$new.text")" = "$NEW_SHA256" ] || {
      rm -f "$new" "$new.text"
      die "the edits of $FILE do not give the expected text, nothing was changed"
    }
    cat "$new.text" >"$new"
    if [ "$(stat -c %h "$FILE")" -gt 1 ]; then cat "$new" >"$FILE"; else mv -f "$new" "$FILE"; fi
    rm -f "$new" "$new.text"
    say "$FILE: set ${#EDITS[@]} value(s)"
  fi
  jq -cn --arg digest "$NEW_SHA256" '{configSha256: $digest}'
}

main "$@" </dev/null
