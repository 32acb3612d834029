#!/usr/bin/env bats
# openbmp-filter: the table that nobody else can flush, as its unit holds it.

load helper
load network

setup() {
  open_host
  docker_bridge
  dnat_settings
  nft_can_hold || skip "this kernel or nft has no tables with an owner"
  machine router link-r 1
  machine stranger link-s 2
  serve docker-proxy '' 5000 8001
  # The unit's word to systemd, which is not there.
  printf '#!/bin/sh\n' >"$FAKE/bin/systemd-notify"
  chmod +x "$FAKE/bin/systemd-notify"
}
teardown() { close_network; }

nft_can_hold() { host bash "$HOST_SCRIPTS/installed/openbmp-filter" supported; }

held() {
  start_follow openbmp-filter hold
  soon host nft list chain inet openbmp-aio-ipv6 refuse
}

@test "flushed by whomever, docker-proxy is refused and the lists hold, in both families" {
  held
  host nft flush ruleset
  same refused "$(answer router "$HOST_ADDRESS" 5000)"
  same refused "$(answer router 192.0.2.10 5000)"
  same nothing "$(answer stranger 2001:db8:2::10 5000)"
  same nothing "$(answer stranger 198.51.2.10 5000)"
  same "docker-proxy ::1" "$(answer '' ::1 5000)"
  # Who is on no list is told by status, and nobody else.
  host bash -c '. "$0/inspect/datapath-facts.sh"; outside_facts' "$HOST_SCRIPTS" >"$FAKE/outside"
  same '{"outside":[{"address":"198.51.2.20","port":5000},{"address":"2001:db8:2::20","port":5000}]}' \
    "$(jq -c '.outside |= (map(select(.packets > 0) | del(.packets)) | sort_by(.address))' "$FAKE/outside")"
  run host nft delete table inet openbmp-aio-ipv6
  [ "$status" -ne 0 ]
}

@test "in the mode proxy docker-proxy carries IPv6, from the list only" {
  dnat_settings MODE=proxy
  held
  host nft flush ruleset
  same "docker-proxy 2001:db8:1::20" "$(answer router "$HOST_ADDRESS" 5000)"
  same refused "$(answer router 192.0.2.10 5000)"
  same nothing "$(answer stranger 2001:db8:2::10 5000)"
}

@test "another one takes over what a killed one held, with its own lists, and removal leaves nothing" {
  held
  stop_follow
  dnat_settings 'BMP_ALLOWED=()'
  held
  soon eval 'same nothing "$(answer router "$HOST_ADDRESS" 5000)"'
  stop_follow
  host bash "$HOST_SCRIPTS/installed/openbmp-filter" remove
  same '' "$(host nft list tables)"
  same "docker-proxy 2001:db8:1::20" "$(answer router "$HOST_ADDRESS" 5000)"
}
