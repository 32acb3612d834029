# shellcheck shell=bash
# openbmpd.conf in the config volume: what its two steps share.

FILE=$CONFIG_DIRECTORY/openbmpd.conf
# Takes the place of FILE once it is complete.
STAGED=$CONFIG_DIRECTORY/.openbmpd.conf.$TOOL

# The container sees nothing outside of the directory, where a link may lead.
require_regular_file() {
  if [ ! -f "$FILE" ] || [ -L "$FILE" ]; then
    die "$FILE must be a regular file, it is a $(stat -c %F "$FILE"): put the file itself there"
  fi
}

# A file with several names is written in place. What a cut-off left of it is
# the beginning of the text that it was to get.
finish_write_in_place() {
  if [ -f "$STAGED" ] && [ "$(stat -c %h "$FILE")" -gt 1 ] &&
    cmp -s -n "$(stat -c %s "$FILE")" "$FILE" "$STAGED"; then
    cat "$STAGED" >"$FILE" || die "$FILE is incomplete, its whole text is in $STAGED: run again when it can be written"
  fi
  rm -rf "$STAGED" "$STAGED.text"
}
