# shellcheck shell=bash
# openbmpd.conf in the directory that the container has as /config, and the
# parent of the container's two directories.
#
# Root in the container owns these directories. At any moment it may put a link
# to a file of the host, a FIFO, a device or a directory under any name in them.
# No such name turns root on the host elsewhere:
# - Names in this directory are touched by the functions below alone.
# - What opens a file of it names it without a directory, follows no link
#   (O_NOFOLLOW), waits for nobody (O_NONBLOCK) and creates nothing, in a mount
#   namespace of its own in which the directory has no devices. What can be
#   opened is a regular file of that directory, or a FIFO, with which the
#   container talks to itself. A hard link leads nowhere else: the directory is
#   a mount of its own in the container, and links do not cross mounts.
# - stat without -L, rm and mv -T do not follow the last name. From one file
#   system to another, mv removes what has the name and creates it anew with O_EXCL.
# - A new file for it is made in STAGING, which no container has, and moved.
# - What is read has a limit, in bytes and in time.
# So every name may be changed between two calls: the container then only
# deceives itself about its own file, as it may at any other time.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"

PARENT=${CONFIG_DIRECTORY%/*}
STAGING=$PARENT/.$TOOL
FILE=$CONFIG_DIRECTORY/openbmpd.conf
# The user's own: the password with which the image's consumers go to the database, and what they read.
CONSUMERS_FILE=$CONFIG_DIRECTORY/obmp-mysql-consumer.yml
# The next FILE, on the same file system, before it is renamed.
NEXT=$CONFIG_DIRECTORY/.openbmpd.conf.$TOOL
# The program keeps the text in memory and in the stack's state.
MAXIMUM_BYTES=$((16 * 1024 * 1024))
FILE_TIMEOUT_SECONDS=${FILE_TIMEOUT_SECONDS:-60}

# Names in the parent are relied on; whoever owns it can change them.
parent_problem() {
  local owner
  [ -e "$PARENT" ] || return 0
  owner=$(stat -L -c '%u %U' "$PARENT")
  [ "${owner%% *}" = 0 ] ||
    echo "$PARENT belongs to ${owner#* }, who can put other files in the place of root's: chown root $PARENT"
}

# Also reading is for root, and for a group that root gives it: the container may
# leave programs with a set-uid bit.
parent_is_open() { [ $((0$(stat -L -c %a "$PARENT") & 027)) -ne 0 ]; }

ensure_parent() {
  local problem
  problem=$(parent_problem)
  [ -z "$problem" ] || die "$problem"
  [ -d "$PARENT" ] || mkdir -m 700 "$PARENT"
  parent_is_open || return 0
  chmod g-w,o-rwx "$PARENT"
  say "closed $PARENT to users other than root, who could run what the container leaves there"
}

ensure_directories() {
  ensure_parent
  mkdir -p "$CONFIG_DIRECTORY" "$DATA_DIRECTORY"
}

# in_config_directory COMMAND…
in_config_directory() {
  # shellcheck disable=SC2016
  unshare --mount --propagation private -- bash -euc '
    mount --rbind "$0" "$0"
    mount -o remount,bind,nodev,nosuid,noexec "$0"
    cd "$0"
    exec timeout --foreground "$@"' "$CONFIG_DIRECTORY" "$FILE_TIMEOUT_SECONDS" "$@"
}

# config_stat FORMAT [FILE]: of what has the name, be it a link.
config_stat() { LC_ALL=C stat -c "$1" "${2:-$FILE}"; }

config_exists() { config_stat %i >/dev/null 2>&1; }

consumers_file_exists() { config_stat %i "$CONSUMERS_FILE" >/dev/null 2>&1; }

# configs_written_after TIME: those that are newer, one a line. TIME is in nanoseconds since the epoch.
configs_written_after() {
  local written path
  for path in "$FILE" "$CONSUMERS_FILE"; do
    written=$(config_stat %.9Y "$path" 2>/dev/null) || continue
    [ "${written/./}" -le "$1" ] || echo "$path"
  done
}

# True after a move with --no-clobber that was not made.
next_exists() { stat "$NEXT" >/dev/null 2>&1; }

# Also what earlier versions left. A directory stays, and stops the next move.
remove_next() { rm -f "$NEXT" "$NEXT.text" 2>/dev/null || true; }

# What a step left that was cut off, but for the only whole text of a file that it wrote in place.
remove_staging() {
  [ -e "$STAGING/whole" ] || rm -rf --one-file-system "$STAGING"
  remove_next
}

# Empty when the file can be read: one line why not.
config_problem() {
  local bytes type
  if ! read -r bytes type < <(config_stat '%s %F' 2>/dev/null); then
    echo "$FILE is not there: run again, which copies the file of the image"
  elif [[ $type != regular* ]]; then
    echo "$FILE must be a regular file, it is a $type: put the file itself there"
  elif [ "$bytes" -gt "$MAXIMUM_BYTES" ]; then
    echo "$FILE has $bytes bytes, at most $MAXIMUM_BYTES are accepted: make it smaller"
  fi
}

# Its text, cut after the first byte that is too much.
config_text() {
  in_config_directory dd if=openbmpd.conf iflag=nofollow,nonblock,fullblock,count_bytes \
    bs=64K count=$((MAXIMUM_BYTES + 1)) status=none
}

config_is_writable() {
  in_config_directory dd if=/dev/null of=openbmpd.conf oflag=nofollow,nonblock,append conv=nocreat,notrunc status=none
}

# config_attributes TO: its owner, mode and extended attributes on a new, empty file of ours.
config_attributes() {
  in_config_directory cp --no-dereference --attributes-only --preserve=all openbmpd.conf "$1"
  [[ $(stat -c %f "$1") == 8* ]]
}

# overwrite_config FROM: the same file with another text.
overwrite_config() {
  in_config_directory dd if="$1" iflag=nofollow of=openbmpd.conf oflag=nofollow,nonblock conv=nocreat,fsync \
    bs=64K status=none
}

# place_config FROM OPTION: a whole file takes the name in one move, or none
# where the option is --no-clobber and somebody has the name.
place_config() {
  mv --force --no-target-directory "$1" "$NEXT" || return
  # A power cut must not leave a name without its text.
  sync --file-system "$CONFIG_DIRECTORY" || return
  # Some versions of mv call it a failure that the name is taken.
  mv "$2" --no-target-directory "$NEXT" "$FILE" || { [ "$2" = --no-clobber ] && config_exists; }
}
