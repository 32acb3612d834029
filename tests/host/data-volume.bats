#!/usr/bin/env bats
# The VM's data volume: formatted when blank, never again, and mounted.
# Needs: root, loop devices, e2fsprogs.

bats_require_minimum_version 1.5.0

PROGRAM=$BATS_TEST_DIRNAME/../../scripts/host/installed/openbmp-data-volume

setup() {
  export MOUNT_POINT=$BATS_TEST_TMPDIR/data ID_FILE=$BATS_TEST_TMPDIR/id BY_ID=$BATS_TEST_TMPDIR/nvme-
  export WAIT_SECONDS=1
  echo vol-0abc >"$ID_FILE"
  VOLUME=$BATS_TEST_TMPDIR/volume
  truncate --size 32M "$VOLUME"
  DEVICE=$(losetup --find --show "$VOLUME") || skip "this machine has no loop devices"
  # As udev names it: the id without its hyphen.
  ln -s "$DEVICE" "${BY_ID}vol0abc"
}

teardown() {
  umount "$MOUNT_POINT" 2>/dev/null || true
  [ -z "${DEVICE:-}" ] || losetup --detach "$DEVICE"
}

refused() {
  run --separate-stderr bash "$PROGRAM"
  [ "$status" -ne 0 ]
  # shellcheck disable=SC2154 # bats sets it
  [[ $stderr == *"$1"* ]] || {
    echo "$stderr"
    return 1
  }
  ! mountpoint --quiet "$MOUNT_POINT"
}

@test "a blank volume gets a file system with our label, and is mounted" {
  bash "$PROGRAM"
  [ "$(findmnt --noheadings --output SOURCE "$MOUNT_POINT")" = "$DEVICE" ]
  [ "$(blkid --probe --output value --match-tag LABEL "$DEVICE")" = openbmp-data ]
}

@test "a second run changes nothing" {
  bash "$PROGRAM"
  echo kept >"$MOUNT_POINT/file"
  bash "$PROGRAM"
  [ "$(cat "$MOUNT_POINT/file")" = kept ]
}

@test "another VM finds the data of the one before" {
  bash "$PROGRAM"
  echo kept >"$MOUNT_POINT/file"
  umount "$MOUNT_POINT"
  bash "$PROGRAM"
  [ "$(cat "$MOUNT_POINT/file")" = kept ]
}

@test "the file system grows with its volume, while it is mounted" {
  # Bit 24 is CAP_SYS_RESOURCE.
  (($(awk '/^CapEff/ { print "0x" $2 }' /proc/self/status) >> 24 & 1)) || skip "ext4 grows only for CAP_SYS_RESOURCE, which is not here"
  bash "$PROGRAM"
  local before
  before=$(stat --file-system --format %b "$MOUNT_POINT")
  truncate --size 64M "$VOLUME"
  losetup --set-capacity "$DEVICE"
  bash "$PROGRAM"
  [ "$(stat --file-system --format %b "$MOUNT_POINT")" -gt $((before + before / 2)) ]
}

@test "a volume with content of no known kind is left alone" {
  printf 'somebody else'\''s data' | dd of="$DEVICE" bs=1 seek=5000 conv=notrunc status=none
  local before
  before=$(sha256sum <"$VOLUME")
  refused "$DEVICE is not blank, and holds no known file system: it is left alone"
  [ "$(sha256sum <"$VOLUME")" = "$before" ]
}

@test "a file system with another label is left alone" {
  mkfs.ext4 -q -L other "$DEVICE"
  refused "$DEVICE holds \"ext4 other\", not a file system ext4 with the label openbmp-data: it is left alone"
}

@test "a volume that is not attached is waited for, and then named" {
  rm "${BY_ID}vol0abc"
  refused "the data volume is not attached after 1 s: ${BY_ID}vol0abc is not there"
}

@test "a volume that is attached late is found" {
  rm "${BY_ID}vol0abc"
  WAIT_SECONDS=20 bash "$PROGRAM" 3>&- &
  sleep 0.3
  ln -s "$DEVICE" "${BY_ID}vol0abc"
  wait $!
  mountpoint --quiet "$MOUNT_POINT"
}
