# shellcheck shell=bash
# Step: a copy of the image's openbmpd.conf is in the config volume, unless
# one is there already. Its text goes to the program, which works out the edits.

IMAGE_CONFIG=/usr/etc/openbmp/openbmpd.conf

main() {
  local file=$CONFIG_DIRECTORY/openbmpd.conf
  if [ ! -e "$file" ] && [ ! -L "$file" ]; then
    mkdir -p "$CONFIG_DIRECTORY"
    docker cp "$CONTAINER:$IMAGE_CONFIG" "$file.from-image" >/dev/null ||
      die "the image has no $IMAGE_CONFIG: it is not an OpenBMP AIO image"
    # Never over a copy that appeared in the meantime.
    mv --no-clobber "$file.from-image" "$file"
    rm -f "$file.from-image"
    say "copied $IMAGE_CONFIG from the image to $file"
  fi
  if [ ! -f "$file" ] || [ -L "$file" ]; then
    die "$file must be a regular file, it is $(stat -c %F "$file")"
  fi
  file_digest "$file"
  gzip -9n <"$file" | base64
}

main "$@" </dev/null
