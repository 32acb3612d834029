# shellcheck shell=bash
# Images that only tests and the benchmark need. Sourced after scripts/lib/images.sh.

ROUTER_IMAGE=openbmp-test-router:latest
BENCH_IMAGE=openbmp-aio-bench:latest

instance_image_tag() {
  echo "openbmp-instance:$(content_tag "$PROJECT_ROOT/tests/emulators/aws/image" "$PROJECT_ROOT/scripts/images/sandbox")"
}

# The image of the emulator's EC2 instances.
ensure_instance_image() {
  local tag base context
  tag=$(instance_image_tag)
  ! have_image "$tag" || return 0
  base=$(base_image debian:trixie-slim --variant=minbase)
  say "building the image of emulated EC2 instances"
  context=$(mktemp -d)
  cp "$PROJECT_ROOT"/tests/emulators/aws/image/* "$PROJECT_ROOT"/scripts/images/sandbox/sandbox-cgroups* "$context"
  # The host's network: where the build's own is closed, package mirrors answer there.
  run_quietly "docker build" docker build --network host --build-arg BASE="$base" --tag "$tag" "$context"
  rm -rf "$context"
}

# Builds the image of a real router, for tests.
ensure_router_image() {
  local source=$PROJECT_ROOT/tests/frr tag base
  tag=openbmp-test-router:$(content_tag "$source")
  if ! have_image "$tag"; then
    base=$(base_image debian:trixie-slim --variant=minbase)
    say "building the image of a router (FRR)"
    # The host's network: where the build's own is closed, package mirrors answer there.
    run_quietly "docker build" docker build --network host --build-arg BASE="$base" --tag "$tag" "$source"
  fi
  docker tag "$tag" "$ROUTER_IMAGE"
}

# Builds what the benchmark deploys in place of AIO and prints the path of its archive.
ensure_bench_image() {
  local source=$PROJECT_ROOT/tests/bench/image tag archive base
  tag=openbmp-aio-bench:$(content_tag "$source")
  archive=$CACHE_DIR/${tag/:/-}.tar
  if ! have_image "$tag"; then
    base=$(base_image debian:trixie-slim --variant=minbase)
    say "building the benchmark's image"
    # The host's network: where the build's own is closed, package mirrors answer there.
    run_quietly "docker build" docker build --network host --build-arg BASE="$base" --tag "$tag" "$source"
    rm -f "$archive"
  fi
  docker tag "$tag" "$BENCH_IMAGE"
  save_image "$BENCH_IMAGE" "$archive"
  echo "$archive"
}
