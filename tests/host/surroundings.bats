#!/usr/bin/env bats
# What a login brings along does not decide what the steps do.

load helper

setup() { open_host; }
teardown() { close_host; }

# modes: of what the steps made for programs, settings and the collector's data.
modes() {
  host stat -c '%a %n' /usr/local/lib/openbmp-aio-ipv6 /usr/local/lib/openbmp-aio-ipv6/openbmp-dnat \
    /etc/openbmp-aio-ipv6 /etc/openbmp-aio-ipv6/dnat.conf /var/openbmp/config /var/openbmp/mysql /var/lib/openbmp-aio-ipv6
}

# deploys_under UMASK: the modes are those that the programs and the container need.
deploys_under() {
  umask "$1"
  step_succeeds aio-container
  step_succeeds ipv6-dnat
  same '755 /usr/local/lib/openbmp-aio-ipv6
755 /usr/local/lib/openbmp-aio-ipv6/openbmp-dnat
755 /etc/openbmp-aio-ipv6
644 /etc/openbmp-aio-ipv6/dnat.conf
755 /var/openbmp/config
755 /var/openbmp/mysql
700 /var/lib/openbmp-aio-ipv6' "$(modes)"
}

@test "a login that lets everybody write makes nothing that everybody may write" { deploys_under 000; }

@test "a login that shuts everybody out makes what the users inside the container can enter" { deploys_under 077; }

@test "the engine is this machine's, whatever engine the login's environment names" {
  # shellcheck disable=SC2016
  printf '%s\n' '#!/bin/bash' 'echo "${DOCKER_HOST:-none} ${DOCKER_CONTEXT:-none}" >>"$FAKE/engines"' 'exec "'"$TESTS"'/stubs/docker" "$@"' >"$FAKE/bin/docker"
  chmod +x "$FAKE/bin/docker"
  export DOCKER_HOST=tcp://192.0.2.1:2375 DOCKER_CONTEXT=elsewhere
  step_succeeds aio-container
  same "none default" "$(sort -u "$FAKE/engines")"
}
