#!/usr/bin/env bats
# Step collector-config: the image's openbmpd.conf is copied
# once, then edited in place, byte by byte.

load helper

FILE=/var/openbmp/config/openbmpd.conf
# What is moved into the directory has this name there first.
NEXT=/var/openbmp/config/.openbmpd.conf.openbmp-aio-ipv6
STAGING=/var/openbmp/.openbmp-aio-ipv6

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
  OLD_SHA256=$(printf %b "$1" | digest)
  NEW_SHA256=$(printf %b "$2" | digest)
  EDITS=()
  for edit in "${@:3}"; do
    read -r offset length text <<<"$edit"
    EDITS+=("$offset $length $(printf '%s' "$text" | base64)")
  done
}

# names_are NAME…: in the directory, and nothing is left beside it.
names_are() {
  same "$*" "$(host ls -A /var/openbmp/config | paste -sd ' ')"
  host test ! -e "$STAGING"
}

# the_file TEXT [MODE]: what is in the volume.
the_file() { printf %b "$1" | write_on_host "$FILE" "${2:-644}"; }

@test "the image's file is copied, and its digest and text are the result" {
  step_succeeds collector-config read
  host cmp "$FAKE/openbmpd.conf" "$FILE"
  same "$(digest <"$FAKE/openbmpd.conf")" "$(head -n 1 <<<"$output")"
  tail -n +2 <<<"$output" | base64 -d | gunzip | cmp - "$FAKE/openbmpd.conf"
  names_are openbmpd.conf
}

@test "a file that is there is read, not replaced" {
  the_file 'mine: 1\n' 600
  local before
  before=$(identity "$FILE")
  step_succeeds collector-config read
  same "$before" "$(identity "$FILE")"
  same "mine: 1" "$(tail -n +2 <<<"$output" | base64 -d | gunzip)"
  not_called 'docker cp'
}

@test "a copy that appears just before the last move is not overwritten" {
  cat >"$FAKE/bin/mv" <<STUB
#!/bin/bash
[ \$1 = --no-clobber ] || PATH=\${PATH#*:} exec mv "\$@"
echo 'mine: 1' >$FILE
PATH=\${PATH#*:} mv "\$@"
# Some versions call it a failure that nothing was moved.
exit 1
STUB
  chmod +x "$FAKE/bin/mv"
  step_succeeds collector-config read
  same "mine: 1" "$(tail -n +2 <<<"$output" | base64 -d | gunzip)"
  same "mine: 1" "$(on_host "$FILE")"
  names_are openbmpd.conf
}

@test "cut off anywhere while copying, the next run copies the whole file, or takes the user's that appeared" {
  local cut
  for cut in 'mkdir:*config *:' 'mkdir:*config *:after' 'docker:cp *:' 'docker:cp *:after' 'mv:--force*:' 'mv:--force*:after' \
    'sync:*:' 'sync:*:after' 'mv:--no-clobber*:' 'mv:--no-clobber*:after' 'unshare:*dd*:' 'dd:*:' 'gzip:*:'; do
    IFS=: read -r program pattern after <<<"$cut"
    for mine in '' 'mine: 1'; do
      host rm -rf /var/openbmp
      cut_off_at "$program" "$pattern" "$after"
      step_is_cut_off collector-config read
      [ -z "$mine" ] || the_file "$mine\n"
      step_succeeds collector-config read
      same "${mine:-$(cat "$FAKE/openbmpd.conf")}" "$(on_host "$FILE")"
      names_are openbmpd.conf
    done
  done
}

@test "part of a copy that was left is not taken for the copy" {
  host mkdir -p /var/openbmp/config "$STAGING"
  host bash -c "head -c 5 '$FAKE/openbmpd.conf' | tee $NEXT $NEXT.text >$STAGING/copy"
  step_succeeds collector-config read
  host cmp "$FAKE/openbmpd.conf" "$FILE"
  names_are openbmpd.conf
}

@test "what is no regular file is refused by both steps, and stays" {
  local make verb before
  plan old new '0 3 new'
  host mkdir -p /var/openbmp/config
  for make in 'symbolic link:ln -s /etc/shadow' 'symbolic link:ln -s /nowhere' 'symbolic link:ln -s other.conf' \
    'directory:mkdir' 'fifo:mkfifo'; do
    # shellcheck disable=SC2086
    host ${make#*:} "$FILE"
    before=$(host stat -c '%i %F %N' "$FILE")
    for verb in read apply; do
      step_refuses "$FILE must be a regular file, it is a ${make%%:*}: put the file itself there" collector-config "$verb"
      same "$before" "$(host stat -c '%i %F %N' "$FILE")"
    done
    host rm -r "$FILE"
  done
}

@test "an image without the file, or with a directory in its place, is named; nothing is left" {
  rm "$FAKE/openbmpd.conf"
  step_refuses "set image to an OpenBMP AIO image" collector-config read
  names_are
  mkdir "$FAKE/openbmpd.conf"
  step_refuses "/usr/etc/openbmp/openbmpd.conf in the image must be a regular file, it is a directory" collector-config read
  names_are
}

# a_full_disk KB: the config volume, with no more room than that.
a_full_disk() {
  host mkdir -p /var/openbmp/config
  host mount -t tmpfs -o "size=${1}k" tmpfs /var/openbmp/config
}

@test "with a full disk no part of the image's file is left" {
  a_full_disk 64
  head -c 100000 /dev/zero >"$FAKE/openbmpd.conf"
  step_refuses "No space left on device" collector-config read
  names_are
}

@test "with a full disk the file stays as it is, and nothing else is left" {
  a_full_disk 64
  head -c 40000 /dev/zero | write_on_host "$FILE"
  local before
  before=$(identity "$FILE")
  OLD_SHA256=$(head -c 40000 /dev/zero | digest) NEW_SHA256=$(head -c 39999 /dev/zero | digest) EDITS=("0 1 ")
  step_refuses "No space left on device" collector-config
  same "$before" "$(identity "$FILE")"
  names_are openbmpd.conf
}

@test "with a full disk, what a file with several names gets is kept whole until there is room" {
  a_full_disk 64
  { echo old && head -c 29996 /dev/zero; } | write_on_host "$FILE"
  host ln "$FILE" "$FILE.linked"
  OLD_SHA256=$(on_host "$FILE" | digest)
  { echo new && head -c 99996 /dev/zero; } >"$FAKE/long"
  NEW_SHA256=$(digest <"$FAKE/long") EDITS=("0 30000 $(base64 -w 0 "$FAKE/long")")
  step_refuses "$FILE is incomplete, its whole text is in $STAGING/whole: run again" collector-config
  host cmp "$FAKE/long" "$STAGING/whole"
  host mount -o remount,size=1m /var/openbmp/config
  step_succeeds collector-config
  host cmp "$FAKE/long" "$FILE.linked"
  names_are openbmpd.conf openbmpd.conf.linked
}

@test "10 MB go through both steps; more than 16 MiB are refused" {
  local before
  { echo 'a: old' && head -c 10000000 /dev/urandom | base64 -w 100 | head -c 9999993; } >"$FAKE/openbmpd.conf"
  step_succeeds collector-config read
  # The provider takes no longer lines.
  [ "$(wc -L <<<"$output")" -lt 65536 ]
  tail -n +2 <<<"$output" | base64 -d | gunzip | cmp - "$FAKE/openbmpd.conf"
  OLD_SHA256=$(head -n 1 <<<"$output") NEW_SHA256=$(sed '1s/old/new/' "$FAKE/openbmpd.conf" | digest)
  EDITS=("3 3 $(printf new | base64)")
  step_succeeds collector-config
  same "$NEW_SHA256" "$(on_host "$FILE" | digest)"

  host truncate -s 16777217 "$FILE"
  before=$(identity "$FILE")
  step_refuses "$FILE has 16777217 bytes, at most 16777216 are accepted" collector-config read
  same "$before" "$(identity "$FILE")"
}

@test "the edits are applied, every other byte stays" {
  the_file 'a: old\t# x\r\nb: "\xff\xfe"\nc:1'
  plan 'a: old\t# x\r\nb: "\xff\xfe"\nc:1' 'a: v4v6\t# x\r\nb: ""\nc:12' '3 3 v4v6' '16 2 ' '23 0 2'
  step_succeeds collector-config
  same "$NEW_SHA256" "$(host sha256sum "$FILE" | cut -d ' ' -f 1)"
  same "{\"configSha256\":\"$NEW_SHA256\"}" "$output"
  names_are openbmpd.conf
}

@test "an insertion at the start and a text with several lines are applied" {
  the_file 'tail'
  plan 'tail' 'base:\n  admin_id: "c 1"\ntail' "0 0 x"
  EDITS=("0 0 $(printf 'base:\n  admin_id: "c 1"\n' | base64)")
  step_succeeds collector-config
  same $'base:\n  admin_id: "c 1"\ntail' "$(on_host "$FILE")"
}

@test "a file that changed or went away since it was read is refused, and stays so" {
  the_file 'something else'
  plan 'old' 'new' '0 3 new'
  local before
  before=$(identity "$FILE")
  step_refuses "was changed while it was being configured: give \"reapply\" a new value" collector-config
  same "$before" "$(identity "$FILE")"
  host rm "$FILE"
  step_refuses "was changed while it was being configured" collector-config
  names_are
}

@test "edits that do not give the expected text change nothing" {
  the_file 'old'
  plan 'old' 'new' '0 3 wrong'
  local before
  before=$(identity "$FILE")
  step_refuses "do not give the expected text, nothing was changed" collector-config
  same "$before" "$(identity "$FILE")"
  names_are openbmpd.conf
}

@test "a file that already has the values is not written" {
  the_file 'new'
  plan 'old' 'new' '0 3 new'
  local before
  before=$(identity "$FILE")
  step_succeeds collector-config
  says "already has the desired values"
  same "$before" "$(identity "$FILE")"
}

@test "mode and owner stay, also those of a read-only file" {
  local mode
  plan 'old' 'new' '0 3 new'
  for mode in 640 444 400; do
    the_file 'old' "$mode"
    host chown 12:34 "$FILE"
    step_succeeds collector-config
    same "$mode 12:34 new" "$(host stat -c '%a %u:%g' "$FILE") $(on_host "$FILE")"
  done
}

@test "extended attributes stay" {
  the_file 'old'
  host python3 -c 'import os, sys; os.setxattr(sys.argv[1], "user.note", b"mine")' "$FILE" ||
    skip "no extended attributes on this file system"
  plan 'old' 'new' '0 3 new'
  step_succeeds collector-config
  same "mine new" "$(host python3 -c 'import os, sys; print(os.getxattr(sys.argv[1], "user.note").decode())' "$FILE") $(on_host "$FILE")"
}

@test "an immutable file is refused, by one name or several, and nothing changes" {
  local before
  plan 'old' 'new' '0 3 new'
  the_file 'old'
  host chattr +i "$FILE" || skip "no immutable files on this file system"
  before=$(identity "$FILE")
  step_refuses "$FILE cannot be written, nothing was changed (the reason is above): make it mutable" collector-config
  host chattr -i "$FILE"
  host ln "$FILE" "$FILE.linked"
  host chattr +i "$FILE"
  step_refuses "$FILE cannot be written, nothing was changed (the reason is above): make it mutable" collector-config
  same "$before" "$(identity "$FILE")"
  names_are openbmpd.conf openbmpd.conf.linked
  host chattr -i "$FILE"
  step_succeeds collector-config
}

@test "a hard link keeps its other name" {
  the_file 'old'
  host ln "$FILE" /var/openbmp/other-name
  plan 'old' 'new' '0 3 new'
  step_succeeds collector-config
  same new "$(on_host /var/openbmp/other-name)"
  same 2 "$(host stat -c %h "$FILE")"
}

@test "cut off anywhere while writing, the file is whole and the next run finishes" {
  local cut program pattern after
  plan 'old' 'new' '0 3 new'
  for cut in 'dd:if=openbmpd.conf*:' 'dd:if=/dev/null*:after' 'cp:*:' 'cp:*:after' 'dd:*skip=*:' 'cat:*patched:' 'cat:*patched:after' \
    'mv:*/new *:' 'mv:*/new *:after' 'sync:*:' 'mv:*openbmpd.conf:' 'mv:*openbmpd.conf:after'; do
    IFS=: read -r program pattern after <<<"$cut"
    the_file 'old'
    cut_off_at "$program" "$pattern" "$after"
    step_is_cut_off collector-config
    [[ $(on_host "$FILE") == @(old|new) ]]
    step_succeeds collector-config
    same new "$(on_host "$FILE")"
    names_are openbmpd.conf
  done
}

# cut_off_in_place TEXT: the file has no more of its text when the power is cut.
cut_off_in_place() {
  cat >"$FAKE/bin/dd" <<STUB
#!/bin/bash
[[ "\$*" != *of=openbmpd.conf*fsync* ]] || { rm "\$0" && printf '$1' >openbmpd.conf && kill -KILL 0; }
PATH=\${PATH#*:} exec dd "\$@"
STUB
  chmod +x "$FAKE/bin/dd"
}

@test "a file with several names, cut off while it is written in place, is whole after either step" {
  local verb
  plan 'an old text' 'a new text' '0 6 a new'
  for verb in read apply; do
    the_file 'an old text'
    host ln -f "$FILE" /var/openbmp/other-name
    # The whole text is kept when the writing in place begins, with an empty file.
    cut_off_in_place ''
    step_is_cut_off collector-config
    same "" "$(on_host "$FILE")"
    step_succeeds collector-config "$verb"
    same 'a new text' "$(on_host /var/openbmp/other-name)"
    names_are openbmpd.conf
  done
}

@test "a file with several names that was written in part is made whole by the next run" {
  the_file 'an old text'
  host ln "$FILE" /var/openbmp/other-name
  plan 'an old text' 'a new text' '0 6 a new'
  cut_off_in_place 'a n'
  step_is_cut_off collector-config
  same 'a n' "$(on_host "$FILE")"
  step_succeeds collector-config
  same 'a new text' "$(on_host /var/openbmp/other-name)"
}

@test "a text left by a cut-off does not replace what the user wrote since, under several names too" {
  the_file 'mine'
  host ln "$FILE" /var/openbmp/other-name
  host bash -c "mkdir -m 700 $STAGING; echo left >$STAGING/whole"
  step_succeeds collector-config read
  same mine "$(on_host "$FILE")"
  names_are openbmpd.conf
}

@test "data that is there already belongs to what the file said of PAT, once" {
  local marker=/var/openbmp/mysql.pat_enabled
  the_file 'old'
  plan 'old' 'new' '0 3 new'
  CURRENT_PAT=true
  host mkdir -p /var/openbmp/mysql
  step_succeeds collector-config
  run ! host test -e "$marker"
  the_file 'old'
  host touch /var/openbmp/mysql/ibdata1
  step_succeeds collector-config
  same true "$(on_host "$marker")"
  the_file 'old'
  CURRENT_PAT=false
  step_succeeds collector-config
  same true "$(on_host "$marker")"
}
