# shellcheck shell=bash
# Step: the container is there, created but not started.
# Input: that of lib/container.sh, lib/network.sh and lib/closing.sh.

create_on_network() {
  ensure_network
  create_container
}

keep_or_replace() {
  local misfits
  ! container_is_ours || mend_restart_policy
  # Assigned, so that a check that dies is no container that fits.
  misfits=$(container_misfits)
  if container_is_ours; then
    if [ "$(container_label)" = "$(container_spec)" ] && [ -z "$misfits" ] && network_fits; then
      say "$CONTAINER is there and fits"
    else
      network_fits || refuse_network_in_use
      discard_container
      create_on_network
    fi
  elif [ -n "$misfits" ]; then
    network_fits || refuse_network_in_use
    say_container_notices
    set_container_aside
    create_on_network
  else
    say "$CONTAINER was there, fits and is adopted"
    say_container_notices
  fi
}

main() {
  local problem
  claim_host
  problem=$(container_problem)
  [ -z "$problem" ] || die "$problem"
  ensure_image
  ensure_directories
  # Before anything of it runs.
  install_closing
  if container_exists; then keep_or_replace; else create_on_network; fi
  container_json | jq -c '{containerId: .Id}'
}

main "$@" </dev/null
