# shellcheck shell=bash
# Step: a copy of the image's openbmpd.conf is in the config volume, unless
# one is there already. Its text goes to the program, which works out the edits.

IMAGE_CONFIG=/usr/etc/openbmp/openbmpd.conf
# The program keeps the text in memory and in the stack's state.
MAXIMUM_BYTES=$((16 * 1024 * 1024))

is_there() { [ -e "$FILE" ] || [ -L "$FILE" ]; }

copy_from_image() {
  mkdir -p "$CONFIG_DIRECTORY"
  rm -rf "$STAGED"
  trap 'rm -rf "$STAGED"' EXIT
  docker cp --follow-link "$CONTAINER:$IMAGE_CONFIG" "$STAGED" >/dev/null ||
    die "Docker does not copy $IMAGE_CONFIG out of $CONTAINER to $CONFIG_DIRECTORY (its reason is above); an image without that file is not an OpenBMP AIO image"
  [ -f "$STAGED" ] || die "$IMAGE_CONFIG in the image must be a regular file, it is a $(stat -c %F "$STAGED")"
  # A power cut must not leave a name without its text.
  sync "$STAGED"
  # Never over a copy that appeared in the meantime; some versions of mv call that a failure.
  mv --no-clobber --no-target-directory "$STAGED" "$FILE" || is_there
  [ -e "$STAGED" ] || say "copied $IMAGE_CONFIG from the image to $FILE"
}

main() {
  local bytes
  claim_host
  is_there || copy_from_image
  require_regular_file
  finish_write_in_place
  bytes=$(stat -c %s "$FILE")
  [ "$bytes" -le "$MAXIMUM_BYTES" ] || die "$FILE has $bytes bytes, at most $MAXIMUM_BYTES are accepted: make it smaller"
  file_digest "$FILE"
  gzip -9n <"$FILE" | base64
}

main "$@" </dev/null
