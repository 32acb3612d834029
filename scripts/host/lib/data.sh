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

# find_data TEST…: whether these tests of find's hold of a name in the directory. One
# name is enough to know: the container may have put any number there, and may take any
# away at this moment. A look that fails is no answer: by it, a database would be none.
find_data() {
  local found
  [ -e "$DATA_DIRECTORY" ] || return 1
  found=$(relayed timeout "$FIND_SECONDS" find -H "$DATA_DIRECTORY" -ignore_readdir_race -mindepth 1 "$@" -printf x -quit) ||
    die "it is not known what is in $DATA_DIRECTORY: find ended with $? (124: not within $FIND_SECONDS s; another reason is above)"
  [ -n "$found" ]
}
FIND_SECONDS=30

has_data() { find_data -maxdepth 1; }

# pat_of_data: empty when nothing is known.
pat_of_data() { cat "$PAT_MARKER" 2>/dev/null || true; }

record_pat_of_data() {
  ensure_parent
  write_file "$PAT_MARKER" >/dev/null <<<"$PAT_ENABLED"
}

# note_found_data PAT: data that is there already was written with that value.
note_found_data() {
  [ -n "$1" ] && [ ! -e "$PAT_MARKER" ] && has_data || return 0
  write_file "$PAT_MARKER" >/dev/null <<<"$1"
}

# check_data: 1 when the data is to be set aside before the collector starts.
# Refuses what cannot be set aside safely, before anything is stopped.
check_data() {
  local former
  # A run that was cut off between the two renames.
  if [ ! -e "$DATA_DIRECTORY" ] && [ -d "$FRESH_DATA" ]; then mv -T "$FRESH_DATA" "$DATA_DIRECTORY"; fi
  former=$(pat_of_data)
  if [ -z "$former" ] || [ "$former" = "$PAT_ENABLED" ]; then
    [ "$PURGE_STALE_DATA" = false ] || say "purgeStaleData: the data belongs to pat_enabled $PAT_ENABLED already, nothing to purge"
    return 0
  fi
  has_data || return 0
  if [ "$PURGE_STALE_DATA" = false ]; then
    say "pat_enabled changes from $former to $PAT_ENABLED: every router gets a new entry in the database, and its former rows stay under the former one." \
      "To start with an empty database instead, set purgeStaleData to true before such a change; now: docker stop $CONTAINER, move $DATA_DIRECTORY away, docker start $CONTAINER"
    return 0
  fi
  data_can_be_moved purgeStaleData
  return 1
}

# data_can_be_moved WHY, or the step ends.
data_can_be_moved() {
  [ "$(realpath "$DATA_DIRECTORY")" = "$DATA_DIRECTORY" ] ||
    die "$1: $DATA_DIRECTORY is reached through a symbolic link ($(realpath "$DATA_DIRECTORY")): nothing was moved. Empty it by hand while $CONTAINER is stopped, and run again"
  ! mountpoint --quiet "$DATA_DIRECTORY" ||
    die "$1: $DATA_DIRECTORY is a mount point and cannot be moved aside: nothing was moved. Empty it by hand while $CONTAINER is stopped, and run again"
}

# move_data TO: moved, not deleted: one rename, which is done or not, and nothing is
# lost. The container is stopped.
move_data() {
  mkdir -p "$FRESH_DATA"
  chown --reference "$DATA_DIRECTORY" "$FRESH_DATA"
  chmod --reference "$DATA_DIRECTORY" "$FRESH_DATA"
  mv -T "$DATA_DIRECTORY" "$1" ||
    die "$DATA_DIRECTORY cannot be moved aside; it is complete, and $CONTAINER stays stopped"
  mv -T "$FRESH_DATA" "$DATA_DIRECTORY"
}

set_data_aside() {
  local aside
  aside=$DATA_DIRECTORY.before-$(date -u +%Y%m%dT%H%M%SZ)
  move_data "$aside"
  say "purgeStaleData: the former database is in $aside; delete it when it is of no more use"
}
