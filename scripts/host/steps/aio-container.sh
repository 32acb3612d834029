# shellcheck shell=bash
# Step: the container exists, and is not started by this step.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/../lib/common.sh"
# shellcheck source=scripts/host/lib/adoption.sh
. "${BASH_SOURCE[0]%/*}/../lib/adoption.sh"
# shellcheck source=scripts/host/lib/closing.sh
. "${BASH_SOURCE[0]%/*}/../lib/closing.sh"
# shellcheck source=scripts/host/lib/config-directory.sh
. "${BASH_SOURCE[0]%/*}/../lib/config-directory.sh"
# shellcheck source=scripts/host/lib/container-backup.sh
. "${BASH_SOURCE[0]%/*}/../lib/container-backup.sh"
# shellcheck source=scripts/host/lib/container-create.sh
. "${BASH_SOURCE[0]%/*}/../lib/container-create.sh"
# shellcheck source=scripts/host/lib/container-state.sh
. "${BASH_SOURCE[0]%/*}/../lib/container-state.sh"
# shellcheck source=scripts/host/lib/container.sh
. "${BASH_SOURCE[0]%/*}/../lib/container.sh"
# shellcheck source=scripts/host/lib/existing-container.sh
. "${BASH_SOURCE[0]%/*}/../lib/existing-container.sh"
# shellcheck source=scripts/host/lib/network.sh
. "${BASH_SOURCE[0]%/*}/../lib/network.sh"
# shellcheck source=scripts/host/lib/record.sh
. "${BASH_SOURCE[0]%/*}/../lib/record.sh"

create_on_network() {
  ensure_network
  create_container
}

keep_or_replace() {
  local mismatches
  ! container_is_ours || fix_restart_policy
  # Assigned, so that a check that dies is no container that fits.
  mismatches=$(container_mismatches)
  if container_is_ours; then
    if [ "$(container_spec_label)" = "$(container_spec_digest)" ] && [ -z "$mismatches" ] && network_fits; then
      say "$CONTAINER exists and fits"
    else
      network_fits || refuse_network_in_use
      discard_container
      create_on_network
    fi
  elif [ -n "$mismatches" ]; then
    network_fits || refuse_network_in_use
    say_each container_notices
    back_up_container
    create_on_network
  else
    say "adopted the existing $CONTAINER, which fits"
    say_each container_notices
  fi
}

aio_container_apply() {
  local problem
  input IMAGE DOCKER_NETWORK CONTAINER_IPV6 NETWORK_PREFIX BMP_PORT REST_PORT OUTSIDE_PORTS KAFKA_FQDN \
    ADMIN_ID MEMORY_GB ENVIRONMENT REPLACE_CONTAINER REGISTRY_USER REGISTRY_PASSWORD CLOSING_PROGRAM_TEXT CLOSING_DROP_IN_TEXT REAPPLY
  claim_host
  problem=$(container_problem)
  [ -z "$problem" ] || die "$problem"
  ensure_image
  require_architecture
  ensure_directories
  # Before anything of it runs.
  install_closing
  if container_exists; then keep_or_replace; else create_on_network; fi
  container_field '{"containerId":{{json .Id}}}'
}

aio_container_undo() {
  remove_container
  remove_network
}

aio_container_release() {
  remove_closing
  restore_container
}

aio_container_drift() {
  parent_drift
  container_drift
  closing_drift
}

parent_drift() {
  local problem
  problem=$(parent_problem)
  if [ -n "$problem" ]; then
    drift "$problem"
  elif [ -e "$PARENT" ] && parent_is_open; then
    drift "$PARENT is open to users other than root"
  fi
}

container_drift() {
  local mismatches mismatch remedy='' id spec
  container_exists || {
    drift "there is no container $CONTAINER"
    return
  }
  id=$(container_field '{{.Id}}')
  [ "$id" = "$CONTAINER_ID" ] || drift "$CONTAINER is not the container that was deployed"
  spec=$(container_spec_digest)
  if ! container_is_ours; then
    remedy="it is not ours: fix it, or set replaceContainer to true to back it up and replace it"
  elif [ "$(container_spec_label)" != "$spec" ]; then
    drift "$CONTAINER was created from other settings"
  fi
  collect mismatches container_mismatches
  for mismatch in "${mismatches[@]}"; do drift "$CONTAINER: $mismatch" "$remedy"; done
  is_running || drift "$CONTAINER does not run"
}
