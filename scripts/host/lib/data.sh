# shellcheck shell=bash
# The collector's database. A router's key in it follows from its address, or
# with PAT from its identifier: rows of the one do not match the other.
# The directory is the container's, so no name in it is touched: what is done
# here is done in its parent.
# Input: PAT_ENABLED, PURGE_STALE_DATA.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/config-directory.sh
. "${BASH_SOURCE[0]%/*}/config-directory.sh"

# Which PAT value the data belongs to; it stays with the data.
PAT_MARKER=$DATA_DIRECTORY.pat_enabled
FRESH_DATA=$DATA_DIRECTORY.fresh

# data_matches TEST…: whether these tests of find's hold of a name in the directory. One
# name is enough to know: the container may have made any number of them, and may remove any
# at this moment. A search that fails is no answer: by it, a database would be none.
data_matches() {
  local match
  [ -e "$DATA_DIRECTORY" ] || return 1
  match=$(relayed timeout "$FIND_SECONDS" find -H "$DATA_DIRECTORY" -ignore_readdir_race -mindepth 1 "$@" -printf x -quit) ||
    die "$DATA_DIRECTORY cannot be searched: find ended with $? (124: not within $FIND_SECONDS s; another reason is" \
      "above). Check the disk, and run again"
  [ -n "$match" ]
}
FIND_SECONDS=30

has_data() { data_matches -maxdepth 1; }

# pat_of_data: empty when nothing is known.
pat_of_data() { cat "$PAT_MARKER" 2>/dev/null || true; }

record_pat_of_data() {
  ensure_parent
  write_file "$PAT_MARKER" >/dev/null <<<"$PAT_ENABLED"
}

# record_pat_of_existing_data PAT: existing data was written with that value.
record_pat_of_existing_data() {
  [ -n "$1" ] && [ ! -e "$PAT_MARKER" ] && has_data || return 0
  write_file "$PAT_MARKER" >/dev/null <<<"$1"
}

# data_fits_pat: 1 when the data has to be backed up before the collector starts.
# Refuses what cannot be moved safely, before anything is stopped.
data_fits_pat() {
  local current
  # A run that was cut off between the two renames.
  if [ ! -e "$DATA_DIRECTORY" ] && [ -d "$FRESH_DATA" ]; then mv -T "$FRESH_DATA" "$DATA_DIRECTORY"; fi
  current=$(pat_of_data)
  if [ -z "$current" ] || [ "$current" = "$PAT_ENABLED" ]; then
    [ "$PURGE_STALE_DATA" = false ] ||
      say "purgeStaleData: the data belongs to pat_enabled $PAT_ENABLED already, nothing to purge"
    return 0
  fi
  has_data || return 0
  if [ "$PURGE_STALE_DATA" = false ]; then
    say "pat_enabled changes from $current to $PAT_ENABLED: every router gets a new entry in the database, and its earlier rows stay under the earlier one." \
      "To start with an empty database instead, set purgeStaleData to true before such a change; now: docker stop $CONTAINER, move $DATA_DIRECTORY away, docker start $CONTAINER"
    return 0
  fi
  require_movable_data purgeStaleData
  return 1
}

# require_movable_data WHY, or the step ends.
require_movable_data() {
  [ "$(realpath "$DATA_DIRECTORY")" = "$DATA_DIRECTORY" ] ||
    die "$1: $DATA_DIRECTORY is reached through a symbolic link ($(realpath "$DATA_DIRECTORY")): nothing was moved." \
      "Empty it by hand while $CONTAINER is stopped, and run again"
  ! mountpoint --quiet "$DATA_DIRECTORY" ||
    die "$1: $DATA_DIRECTORY is a mount point and cannot be moved: nothing was moved. Empty it by hand while" \
      "$CONTAINER is stopped, and run again"
}

# move_data TO: moved, not deleted: one rename, which is done or not, and nothing is
# lost. The container is stopped.
move_data() {
  mkdir -p "$FRESH_DATA"
  chown --reference "$DATA_DIRECTORY" "$FRESH_DATA"
  chmod --reference "$DATA_DIRECTORY" "$FRESH_DATA"
  mv -T "$DATA_DIRECTORY" "$1" ||
    die "$DATA_DIRECTORY cannot be moved (the reason is above); it is complete, and $CONTAINER stays stopped: fix" \
      "that and run again"
  mv -T "$FRESH_DATA" "$DATA_DIRECTORY"
}

back_up_data() {
  local backup
  backup=$DATA_DIRECTORY.before-$(date -u +%Y%m%dT%H%M%SZ)
  move_data "$backup"
  say "purgeStaleData: the original database is in $backup; delete it when it is of no more use"
}
