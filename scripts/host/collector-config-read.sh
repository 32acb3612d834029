# shellcheck shell=bash
# Step: a copy of the image's openbmpd.conf is in the config volume, unless
# one is there already. Its text goes to the program, which works out the edits.

IMAGE_CONFIG=/usr/etc/openbmp/openbmpd.conf

copy_from_image() {
  local copy=$STAGING/copy
  # What the container has there may be of any kind and size, too.
  (
    ulimit -f $((MAXIMUM_BYTES / 1024))
    timeout --foreground "$FILE_TIMEOUT_SECONDS" docker cp --follow-link "$CONTAINER:$IMAGE_CONFIG" "$copy" >/dev/null
  ) ||
    die "Docker does not copy $IMAGE_CONFIG out of $CONTAINER (its reason is above); an image without that file is not an OpenBMP AIO image, nor one with more than $MAXIMUM_BYTES bytes in it"
  [[ $(stat -c %f "$copy") == 8* ]] || die "$IMAGE_CONFIG in the image must be a regular file, it is a $(stat -c %F "$copy")"
  place_config "$copy" --no-clobber || die "$FILE cannot be made (the reason is above)"
  next_is_left || say "copied $IMAGE_CONFIG from the image to $FILE"
}

main() {
  claim_host
  open_staging
  config_exists || copy_from_image
  read_config
  file_digest "$SNAPSHOT"
  gzip -9n <"$SNAPSHOT" | base64
}

main "$@" </dev/null
