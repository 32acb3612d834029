# shellcheck shell=bash
# How the commands in scripts/ call the Pulumi CLI. Sourced after toolchain.sh.

logged_in() {
  local current
  [ -z "${PULUMI_BACKEND_URL:-}${PULUMI_ACCESS_TOKEN:-}" ] || return 0
  current=$(jq -r '.current // ""' "${PULUMI_HOME:-$HOME/.pulumi}/credentials.json" 2>/dev/null) || return 1
  [ -n "$current" ]
}

# The CLI, its plugins and its environment; state goes to local files unless
# the user is logged in elsewhere.
prepare_pulumi() {
  apt_install curl=curl jq=jq
  ensure_node_modules
  ensure_pulumi
  ensure_command_plugin
  ensure_docker_plugin
  if ! logged_in; then
    mkdir -p "$STATE_DIR/stacks"
    # Pulumi's files of a stack are for all users to read: what was deployed, and encrypted secrets.
    chmod 700 "$STATE_DIR/stacks"
    export PULUMI_BACKEND_URL=file://$STATE_DIR/stacks
  fi
  export PULUMI_SKIP_UPDATE_CHECK=true
  # `npm run typecheck` checks the types; each run of the program need not.
  export PULUMI_NODEJS_TRANSPILE_ONLY=true
  # From Node.js 22 on, what it makes of Pulumi's SDK is kept: each run loads all of it.
  export NODE_COMPILE_CACHE=${NODE_COMPILE_CACHE:-$CACHE_DIR/node}
  # Of several machines one may fail, and the others are updated.
  export PULUMI_CONTINUE_ON_ERROR=${PULUMI_CONTINUE_ON_ERROR:-true}
  # A stale agent would fail every connection, also those with a key of their own.
  unset SSH_AUTH_SOCK
}
