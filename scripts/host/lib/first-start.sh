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

data_has_name() { data_matches -maxdepth 1 -name "$1"; }

# Whatever kind of file the database has for it. Only the one directory is entered.
data_has_table() {
  data_matches -maxdepth 2 \( -path "$DATA_DIRECTORY/openBMP" -o -prune \) -path "$DATA_DIRECTORY/openBMP/$1.*"
}

# Before a container starts on an empty directory.
mark_first_start() {
  ensure_parent
  data_identity | write_file "$FIRST_START" >/dev/null
}

# The image's own mark comes after all that takes minutes: the imports follow the table
# of the REST API's logins. By an image that has no such mark, logins are the last to come,
# a moment after their table.
first_start_is_over() {
  data_has_name schema-version || { ! image_has_mark && data_has_table users && ! has_no_logins; }
}

# Whether the container's image has the file that it copies as its mark. The container need not run.
image_has_mark() {
  local words
  if words=$(timeout 30 docker cp "$CONTAINER:$IMAGE_MARK" - 2>&1 >/dev/null); then return 0; fi
  [[ $words == *"Could not find the file"* ]] ||
    die "Docker does not say whether $CONTAINER has $IMAGE_MARK ($words): run again"
  return 1
}
IMAGE_MARK=/usr/local/schema-version

# Of a database that does not run, this is not known.
has_no_logins() { [ "$(collector_database <<<'SELECT COUNT(*) FROM users;' 2>/dev/null)" = 0 ]; }

unmark_first_start() { rm -f "$FIRST_START"; }

# The directory is that of a first start which no verification has followed.
is_first_start() { [ -e "$FIRST_START" ] && [ "$(cat "$FIRST_START")" = "$(data_identity)" ]; }

# Of a collector that does not run, or has come to its end of starting.
first_start_was_cut_off() { is_first_start && data_has_name openBMP && ! first_start_is_over; }

# Of a collector that starts; where that cannot be told, it says so, too: it is for what is said of a wait.
database_is_being_made() { is_first_start && ! (first_start_is_over) 2>/dev/null; }

# The collector is stopped. One such part is kept.
back_up_cut_off_database() {
  require_movable_data "the first start of the database was cut off"
  rm -rf --one-file-system "$CUT_OFF"
  move_data "$CUT_OFF"
  say "the first start of the database was cut off and left a part that is never completed: it is in $CUT_OFF, and" \
    "the start begins again"
}
