# shellcheck shell=bash
# Once for all files: the texts that the program sends to a host, made by the program itself.

setup_suite() {
  export BUNDLES=$BATS_SUITE_TMPDIR/bundles
  (cd "$BATS_TEST_DIRNAME/../.." && npx --no-install tsx tests/host/bundles.ts "$BUNDLES")
}
