#!/usr/bin/env bats
# Steps collector-config-read and -write: the image's openbmpd.conf is copied
# once, then edited in place, byte by byte.

load helper

FILE=/var/openbmp/config/openbmpd.conf

setup() {
  open_host
  # Tabs, a line end of another system, no line end at the end.
  printf 'base:\n\t# comment\n  listen_mode: v4\r\n  pat: "\xc3\xa4"' >"$FAKE/openbmpd.conf"
}
teardown() { close_host; }

digest() { sha256sum | cut -d ' ' -f 1; }

# plan OLD NEW EDIT…: what the program works out; an edit is OFFSET LENGTH TEXT.
plan() {
  local edit offset length text
  OLD_SHA256=$(printf "$1" | digest)
  NEW_SHA256=$(printf "$2" | digest)
  EDITS=()
  for edit in "${@:3}"; do
    read -r offset length text <<<"$edit"
    EDITS+=("$offset $length $(printf '%s' "$text" | base64)")
  done
}

# the_file TEXT [MODE]: what is in the volume.
the_file() { printf "$1" | write_on_host $FILE "${2:-644}"; }

@test "the image's file is copied, and its digest and text are the result" {
  step_succeeds collector-config-read
  host cmp "$FAKE/openbmpd.conf" $FILE
  same "$(digest <"$FAKE/openbmpd.conf")" "$(head -n 1 <<<"$output")"
  tail -n +2 <<<"$output" | base64 -d | gunzip | cmp - "$FAKE/openbmpd.conf"
  same openbmpd.conf "$(host ls /var/openbmp/config)"
}

@test "a file that is there is read, not replaced" {
  the_file 'mine: 1\n' 600
  local before
  before=$(identity $FILE)
  step_succeeds collector-config-read
  same "$before" "$(identity $FILE)"
  same "mine: 1" "$(tail -n +2 <<<"$output" | base64 -d | gunzip)"
  not_called 'docker cp'
}

@test "a copy that appears meanwhile is not overwritten" {
  cut_off_at docker 'cp *' after
  step_is_cut_off collector-config-read
  the_file 'mine: 1\n'
  step_succeeds collector-config-read
  same "mine: 1" "$(on_host $FILE)"
}

@test "cut off while copying, the next run copies the whole file" {
  cut_off_at mv '*openbmpd.conf'
  step_is_cut_off collector-config-read
  step_succeeds collector-config-read
  host cmp "$FAKE/openbmpd.conf" $FILE
  same openbmpd.conf "$(host ls /var/openbmp/config)"
}

@test "a symbolic link and a directory are refused" {
  host mkdir -p /var/openbmp/config
  host ln -s /etc/shadow $FILE
  step_refuses "$FILE must be a regular file, it is symbolic link" collector-config-read
  host ln -sf /nowhere $FILE
  step_refuses "$FILE must be a regular file, it is symbolic link" collector-config-read
  host rm $FILE
  host mkdir $FILE
  step_refuses "$FILE must be a regular file, it is directory" collector-config-read
}

@test "an image without the file is named as no AIO image" {
  rm "$FAKE/openbmpd.conf"
  step_refuses "it is not an OpenBMP AIO image" collector-config-read
  same "" "$(host ls /var/openbmp/config)"
}

@test "no output line is longer than the provider can take" {
  head -c 200000 /dev/urandom | base64 >"$FAKE/openbmpd.conf"
  step_succeeds collector-config-read
  [ "$(wc -L <<<"$output")" -lt 65536 ]
}

@test "the edits are applied, every other byte stays" {
  the_file 'a: old\t# x\r\nb: "\xff\xfe"\nc:1'
  plan 'a: old\t# x\r\nb: "\xff\xfe"\nc:1' 'a: v4v6\t# x\r\nb: ""\nc:12' '3 3 v4v6' '16 2 ' '23 0 2'
  step_succeeds collector-config-write
  same "$NEW_SHA256" "$(host sha256sum $FILE | cut -d ' ' -f 1)"
  same "{\"configSha256\":\"$NEW_SHA256\"}" "$output"
  same openbmpd.conf "$(host ls /var/openbmp/config)"
}

@test "an insertion at the start and a text with several lines are applied" {
  the_file 'tail'
  plan 'tail' 'base:\n  admin_id: "c 1"\ntail' "0 0 x"
  EDITS=("0 0 $(printf 'base:\n  admin_id: "c 1"\n' | base64)")
  step_succeeds collector-config-write
  same $'base:\n  admin_id: "c 1"\ntail' "$(on_host $FILE)"
}

@test "a file that changed since it was read is refused and stays" {
  the_file 'something else'
  plan 'old' 'new' '0 3 new'
  local before
  before=$(identity $FILE)
  step_refuses "was changed while it was being configured: give \"reapply\" a new value" collector-config-write
  same "$before" "$(identity $FILE)"
}

@test "edits that do not give the expected text change nothing" {
  the_file 'old'
  plan 'old' 'new' '0 3 wrong'
  local before
  before=$(identity $FILE)
  step_refuses "do not give the expected text, nothing was changed" collector-config-write
  same "$before" "$(identity $FILE)"
  same openbmpd.conf "$(host ls /var/openbmp/config)"
}

@test "a file that already has the values is not written" {
  the_file 'new'
  plan 'old' 'new' '0 3 new'
  local before
  before=$(identity $FILE)
  step_succeeds collector-config-write
  says "already has the wanted values"
  same "$before" "$(identity $FILE)"
}

@test "mode and owner stay" {
  the_file 'old' 640
  host chown 12:34 $FILE
  plan 'old' 'new' '0 3 new'
  step_succeeds collector-config-write
  same "640 12:34 new" "$(host stat -c '%a %u:%g' $FILE) $(on_host $FILE)"
}

@test "a hard link keeps its other name" {
  the_file 'old'
  host ln $FILE /var/openbmp/other-name
  plan 'old' 'new' '0 3 new'
  step_succeeds collector-config-write
  same new "$(on_host /var/openbmp/other-name)"
  same 2 "$(host stat -c %h $FILE)"
}

@test "cut off at the last move, the file is whole and the next run finishes" {
  the_file 'old'
  plan 'old' 'new' '0 3 new'
  cut_off_at mv '*openbmpd.conf'
  step_is_cut_off collector-config-write
  same old "$(on_host $FILE)"
  step_succeeds collector-config-write
  same new "$(on_host $FILE)"
}
