# shellcheck shell=bash
# Bundles an emulator's programs, once per content. Sourced by the executables
# that Pulumi finds on PATH, after scripts/lib/images.sh.

# bundle EMULATOR PROGRAM: prints the path of the bundle of tests/emulators/EMULATOR/PROGRAM.ts.
bundle() {
  local source=$PROJECT_ROOT/tests/emulators bundle partial
  bundle=$CACHE_DIR/emulator-$1-$2-$(content_tag "$source" "$PROJECT_ROOT"/package-lock.json \
    "$PROJECT_ROOT"/scripts/programs/ssh/{connection,ssh}.ts "$PROJECT_ROOT"/components/values/addresses.ts).js
  if [ ! -f "$bundle" ]; then
    mkdir -p "$CACHE_DIR"
    partial=$(mktemp "$CACHE_DIR/emulator.XXXXXX")
    # ssh2 does without its native add-ons.
    run_quietly "esbuild" "$PROJECT_ROOT/node_modules/.bin/esbuild" "$source/$1/$2.ts" --bundle --minify \
      --platform=node --target=node20 --external:*.node --external:cpu-features \
      --allow-overwrite --outfile="$partial"
    mv "$partial" "$bundle"
  fi
  echo "$bundle"
}
