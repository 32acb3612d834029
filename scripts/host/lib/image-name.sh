# shellcheck shell=bash
# Names of images.

# image_name REFERENCE: as Docker reads it, so that one image has one name.
image_name() {
  local name=$1 version=:latest
  case $name in
  *@*) version=@${name#*@} name=${name%%@*} ;;
  esac
  # A digest says more than the tag before it; a registry's port is no tag.
  if [[ ${name##*/} == *:* ]]; then
    [ "${version:0:1}" = @ ] || version=:${name##*:}
    name=${name%:*}
  fi
  case $name in
  index.docker.io/*) name=docker.io/${name#*/} ;;
  */*) case ${name%%/*} in *.* | *:* | localhost) ;; *) name=docker.io/$name ;; esac ;;
  *) name=docker.io/$name ;;
  esac
  case $name in
  docker.io/*/*) ;;
  docker.io/*) name=docker.io/library/${name#*/} ;;
  esac
  printf '%s%s\n' "$name" "$version"
}
