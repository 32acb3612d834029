# shellcheck shell=bash
# What `docker create` needs for a container that boots systemd and runs a
# Docker engine of its own. Sourced after common.sh.

# Flags, one a line. --privileged where the machine grants it all; without
# CAP_SYS_RESOURCE the pieces.
systemd_container_flags() {
  local dropped=$((1 << 24)) bounding
  bounding=$(awk '/^CapBnd/ { print $2 }' /proc/self/status)
  if (((16#$bounding & dropped) != 0)); then
    printf '%s\n' --privileged
  else
    printf '%s\n' --cap-add ALL --cap-drop SYS_RESOURCE --security-opt seccomp=unconfined \
      --security-opt apparmor=unconfined --security-opt systempaths=unconfined
  fi
  if cgroup_version_is_2; then
    printf '%s\n' --cgroupns private
  fi
  printf '%s\n' --tmpfs /run --tmpfs /tmp --volume /var/lib/docker --volume /var/lib/containerd
}

# Arguments of /sbin/init, one a line.
systemd_arguments() {
  cgroup_version_is_2 || printf '%s\n' systemd.unified_cgroup_hierarchy=0 SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1
}

cgroup_version_is_2() { [ "$(docker info --format '{{.CgroupVersion}}')" = 2 ]; }
