# shellcheck shell=bash
# Bundles an emulator's programs, once per content. Sourced by the executables
# that Pulumi finds on PATH, after scripts/lib/images.sh.

# bundle DIRECTORY PROGRAM: prints the path of the bundle of DIRECTORY/PROGRAM.ts.
bundle() {
  local bundle partial
  bundle=$CACHE_DIR/emulator-${1##*/}-$2-$(content_tag "$1" "$PROJECT_ROOT"/scripts/plugin/protocol "$PROJECT_ROOT"/package-lock.json \
    "$PROJECT_ROOT"/scripts/programs/ssh/{connection,ssh}.ts "$PROJECT_ROOT"/components/values/addresses.ts).js
  if [ ! -f "$bundle" ]; then
    mkdir -p "$CACHE_DIR"
    partial=$(mktemp "$CACHE_DIR/emulator.XXXXXX")
    # ssh2 does without its native add-ons.
    run_quietly "esbuild" "$PROJECT_ROOT/node_modules/.bin/esbuild" "$1/$2.ts" --bundle --minify \
      --platform=node --target=node20 --external:*.node --external:cpu-features \
      --allow-overwrite --outfile="$partial"
    mv "$partial" "$bundle"
  fi
  echo "$bundle"
}
