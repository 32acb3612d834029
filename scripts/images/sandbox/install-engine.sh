#!/usr/bin/env bash
# Installs the Docker engine of one Debian suite on the trixie base: 20.10 from
# bookworm, 26.1 from trixie, 28.5 from sid; 29 from an archive, in place of sid's.
set -euo pipefail

# add_suite SUITE PRIORITY: of the mirror that the base image has.
add_suite() {
  local mirror
  # shellcheck disable=SC2016 # apt's own variable
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | awk '!/security/ && !found++')
  printf 'deb %s %s main\n' "$mirror" "$1" >"/etc/apt/sources.list.d/$1.list"
  printf 'Package: *\nPin: release n=%s\nPin-Priority: %s\n' "$1" 50 >"/etc/apt/preferences.d/$1"
  if [ "$2" -gt 1000 ]; then
    printf 'Package: docker.io containerd runc\nPin: release n=%s\nPin-Priority: %s\n' "$1" "$2" >"/etc/apt/preferences.d/$1-engine"
  fi
  apt-get -o Acquire::Check-Valid-Until=false update
}

# replace_programs: with those of the archive, of the same names.
replace_programs() {
  local program
  tar -xzf /tmp/docker.tgz -C /tmp
  for program in /tmp/docker/*; do install "$program" "$(command -v "${program##*/}")"; done
  rm -r /tmp/docker
}

main() {
  case $1 in
  20.10)
    add_suite bookworm 1001
    apt-get install -y --no-install-recommends docker.io
    ;;
  26.1) apt-get install -y --no-install-recommends docker.io docker-cli ;;
  28.5 | 29)
    add_suite sid 50
    apt-get install -y --no-install-recommends -t sid docker.io docker-cli containerd runc
    [ "$1" != 29 ] || replace_programs
    ;;
  *)
    echo "install-engine: engine must be 20.10, 26.1, 28.5 or 29, got \"$1\"" >&2
    exit 1
    ;;
  esac
  dockerd --version | grep -F "version $1."
}

main "$@"
