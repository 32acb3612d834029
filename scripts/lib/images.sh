# shellcheck shell=bash
# The images that sandboxes need: the sandbox host itself, and the stand-in for the
# AIO image. Sourced after toolchain.sh.

# What scripts/sandbox offers; 29-nftables is 29 with its other firewall backend.
# shellcheck disable=SC2034 # the files that source this one read it
SANDBOX_ENGINES=(20.10 26.1 28.5 29 29-nftables)
# Firewalls that a sandbox may have besides; each with an engine's image below it.
# shellcheck disable=SC2034 # the files that source this one read it
SANDBOX_FIREWALLS=(firewalld ufw netfilter-persistent)
STAND_IN_IMAGE=openbmp-aio-stand-in:latest
COLLECTOR_STAND_IN_IMAGE=openbmp-collector-stand-in:latest

have_image() { docker image inspect "$1" >/dev/null 2>&1; }

# content_tag DIRECTORY [PATH…]: changes when a file in it, or one of those files or folders, does.
content_tag() {
  (cd "$1" && find . "${@:2}" -type f -print0 | sort -z | xargs -0 sha256sum) | sha256sum | cut -c 1-12
}

# debian_mirror: the machine's own, where it is a Debian. Else nothing: mmdebstrap knows Debian's.
debian_mirror() {
  grep -qx 'ID=debian' /etc/os-release || return 0
  # shellcheck disable=SC2016 # apt's own variable
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | awk '!/security/ && !found++'
}

# base_image HUB_NAME MMDEBSTRAP_FLAG…: prints the name of a base image, from
# Docker Hub where that answers, bootstrapped from Debian packages where not.
base_image() {
  local hub_name=$1 name archive mirror
  shift
  if docker_hub_reachable; then
    echo "$hub_name"
    return
  fi
  name=openbmp-base-${hub_name/:/-}
  if ! have_image "$name"; then
    apt_install mmdebstrap=mmdebstrap
    say "Docker Hub is not reachable: bootstrapping $name from Debian packages"
    archive=$(mktemp --suffix .tar)
    mirror=$(debian_mirror)
    run_quietly "mmdebstrap" as_root mmdebstrap "$@" trixie "$archive" ${mirror:+"$mirror"}
    docker import "$archive" "$name" >/dev/null
    as_root rm -f "$archive"
  fi
  echo "$name"
}

# sandbox_image_tag ENGINE [FIREWALL]: a firewall backend is a matter of files in the sandbox.
sandbox_image_tag() {
  local version=${1%-nftables} tag
  tag=openbmp-sandbox:${version/#29/$DOCKER_VERSION}-$(content_tag "$PROJECT_ROOT/scripts/images/sandbox")
  echo "$tag${2:+-$2-$(content_tag "$PROJECT_ROOT/scripts/images/firewall")}"
}

# ensure_sandbox_image ENGINE [FIREWALL]
ensure_sandbox_image() {
  local tag base context
  tag=$(sandbox_image_tag "$@")
  if [ -n "${2:-}" ]; then
    ensure_sandbox_image "$1"
    have_image "$tag" || build_firewall_image "$tag" "$@"
    return
  fi
  ! have_image "$tag" || return 0
  base=$(base_image debian:trixie-slim --variant=minbase)
  context=$(mktemp -d)
  cp -r "$PROJECT_ROOT"/scripts/images/sandbox/. "$context"
  if [[ $1 == 29* ]]; then
    apt_install curl=curl
    cached "docker-$DOCKER_VERSION" docker_into
    cp "$CACHE_DIR/docker-$DOCKER_VERSION/docker.tgz" "$context"
  fi
  say "building the sandbox host's image with engine ${1%-nftables}"
  # The host's network: where the build's own is closed, package mirrors answer there.
  run_quietly "docker build" docker build --network host --build-arg BASE="$base" --build-arg ENGINE="${1%-nftables}" \
    --tag "$tag" "$context"
  rm -rf "$context"
}

# build_firewall_image TAG ENGINE FIREWALL
build_firewall_image() {
  say "building the sandbox host's image with engine ${2%-nftables} and $3"
  # The host's network: where the build's own is closed, package mirrors answer there.
  run_quietly "docker build" docker build --network host --build-arg BASE="$(sandbox_image_tag "$2")" \
    --build-arg FIREWALL="$3" --tag "$1" "$PROJECT_ROOT/scripts/images/firewall"
}

# Builds the stand-in for the AIO image and prints the path of its archive.
ensure_stand_in() {
  local source=$PROJECT_ROOT/scripts/images/stand-in
  build_stand_in "$STAND_IN_IMAGE" "$(content_tag "$source")" "the AIO image" openbmpd,kafka,kafkaTools,consumers,rest,router \
    "$source"/{Dockerfile,openbmpd.conf,run,bin,database}
}

# The stand-in for the images with openbmpd alone, which has the other one's openbmpd.
ensure_collector_stand_in() {
  local images=$PROJECT_ROOT/scripts/images
  build_stand_in "$COLLECTOR_STAND_IN_IMAGE" "$(content_tag "$images" stand-in stand-in-collector)" "the collector's image" \
    openbmpd,router "$images"/stand-in-collector/{Dockerfile,run,producer.py} "$images/stand-in/openbmpd.conf"
}

# build_stand_in IMAGE TAG WHAT PROGRAM,… FILE…: prints the path of its archive.
build_stand_in() {
  local tag=${1%:*}:$2 archive base context programs
  archive=$CACHE_DIR/${tag/:/-}.tar
  if ! have_image "$tag"; then
    ensure_node_modules
    base=$(base_image debian:trixie-slim --variant=minbase)
    say "building the stand-in for $3"
    context=$(mktemp -d)
    cp -r "${@:5}" "$context"
    IFS=, read -ra programs <<<"$4"
    programs=("${programs[@]/#/$PROJECT_ROOT/scripts/images/stand-in/}")
    run_quietly "esbuild" "$PROJECT_ROOT/node_modules/.bin/esbuild" "${programs[@]/%/.ts}" \
      --bundle --platform=node --target=node20 --outdir="$context/programs"
    # The host's network: where the build's own is closed, package mirrors answer there.
    run_quietly "docker build" docker build --network host --build-arg BASE="$base" --tag "$tag" "$context"
    rm -rf "$context" "$archive"
  fi
  docker tag "$tag" "$1"
  save_image "$1" "$archive"
  echo "$archive"
}

# save_image NAME ARCHIVE: unless the archive is there.
save_image() {
  [ ! -f "$2" ] || return 0
  mkdir -p "$CACHE_DIR"
  docker save --output "$2.partial" "$1"
  mv "$2.partial" "$2"
}
