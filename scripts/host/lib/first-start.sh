# shellcheck shell=bash
# The first start of a database. The image fills it for minutes; one that is cut off
# leaves a part that it takes for the whole ever after, and never completes. What tells
# such a part from a database that worked is a mark of ours beside the directory:
# without it, data is the user's, and is not touched.
# Sourced after data.sh, rest.sh.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/config-directory.sh
. "${BASH_SOURCE[0]%/*}/config-directory.sh"
# shellcheck source=scripts/host/lib/data.sh
. "${BASH_SOURCE[0]%/*}/data.sh"
# shellcheck source=scripts/host/lib/rest.sh
. "${BASH_SOURCE[0]%/*}/rest.sh"

FIRST_START=$DATA_DIRECTORY.first-start
CUT_OFF=$DATA_DIRECTORY.cut-off

# The directory itself, by its inode and when it was made.
data_identity() { stat -L -c '%i %W' "$DATA_DIRECTORY"; }

# data_has NAME: by its path below the directory. The container may have put any number there.
data_has() {
  [ -n "$(timeout 30 find -H "$DATA_DIRECTORY" -mindepth 1 -maxdepth 2 -path "$DATA_DIRECTORY/$1" -printf x -quit 2>/dev/null)" ]
}

# Before a container starts on an empty directory.
mark_first_start() {
  ensure_parent
  data_identity | write_file "$FIRST_START" >/dev/null
}

# The table of the REST API's logins comes last but for what the image can do without,
# and a moment before its row.
first_start_is_over() { data_has 'openBMP/users.*' && { data_has schema-version || ! has_no_logins; }; }

# Of a database that does not run, this is not known.
has_no_logins() { [ "$(collector_database <<<'SELECT COUNT(*) FROM users;' 2>/dev/null)" = 0 ]; }

unmark_first_start() { rm -f "$FIRST_START"; }

# Of a collector that does not run, or has come to its end of starting.
first_start_was_cut_off() {
  [ "$(cat "$FIRST_START" 2>/dev/null)" = "$(data_identity)" ] && data_has openBMP && ! first_start_is_over
}

# The collector is stopped. One such part is kept.
set_cut_off_start_aside() {
  data_can_be_moved "the first start of the database was cut off"
  rm -rf --one-file-system "$CUT_OFF"
  move_data "$CUT_OFF"
  say "the first start of the database was cut off and left a part that is never completed: it is in $CUT_OFF, and the start begins again"
}
