# shellcheck shell=bash
# What the two steps of openbmpd.conf share: a private directory to work in.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/config-directory.sh
. "${BASH_SOURCE[0]%/*}/config-directory.sh"

# The text as it was read, and what is to be written in place of a file with several names.
SNAPSHOT=$STAGING/snapshot
WHOLE=$STAGING/whole

open_staging() {
  ensure_directories
  finish_write_in_place
  close_staging
  mkdir -m 700 "$STAGING"
  trap close_staging EXIT
}

close_staging() {
  rm -rf --one-file-system "$STAGING"
  remove_next
}

require_config() {
  local problem
  problem=$(config_problem)
  [ -z "$problem" ] || die "$problem"
}

# Its text as it is now, in SNAPSHOT. The container may have changed the file meanwhile.
read_config() {
  require_config
  config_text >"$SNAPSHOT" || die "$FILE cannot be read (the reason is above): run again when nobody changes it"
  require_config
}

# A file with several names keeps them when it is written in place. What a
# cut-off left of it is the beginning of the text that it was to get.
finish_write_in_place() {
  # Of root's own, mode 700.
  [ "$(stat -c '%u %f' "$STAGING" 2>/dev/null)" = "0 41c0" ] || return 0
  [ -f "$WHOLE" ] && [ -z "$(config_problem)" ] && [ "$(config_stat %h)" -gt 1 ] || return 0
  config_text >"$SNAPSHOT"
  ! cmp -s -n "$(stat -c %s "$SNAPSHOT")" "$SNAPSHOT" "$WHOLE" || write_in_place
}

# From here on WHOLE may be the only complete text.
write_in_place() {
  trap - EXIT
  overwrite_config "$WHOLE" || die "$FILE is incomplete, its whole text is in $WHOLE: run again when it can be written"
  rm "$WHOLE"
  trap close_staging EXIT
}
