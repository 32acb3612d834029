# shellcheck shell=bash
# Where nobody can hold a table of nftables (openbmp-filter): rules of the routing
# policy (ip-rule(8), by protocol and port from Linux 4.17 on) by which no process of
# the host itself reaches the collector's BMP port. docker-proxy is one, so it can
# carry no router, whatever becomes of netfilter's rules. Also a part of the program
# that stays on the host. Needs lib/ports.sh, and its settings.

# Before the table main, behind the table local.
ROUTING_PREFERENCE=99

# What the host's own processes send to the BMP port.
FROM_THE_HOST="iif lo ipproto tcp dport $BMP_CONTAINER_PORT prohibit"

# desired_routing_rules: FAMILY PREFIX, a line each.
desired_routing_rules() {
  ! filter_is_held || return 0
  [ -z "$PREFIX_V4" ] || echo "-4 $PREFIX_V4"
  # shellcheck disable=SC2153 # from the settings
  [ "$MODE" = proxy ] || echo "-6 $PREFIX"
}

current_routing_rules() {
  local family
  for family in -4 -6; do
    ip "$family" rule show pref "$ROUTING_PREFERENCE" |
      sed -nE "s/.* to ([^ ]+) $FROM_THE_HOST.*/$family \1/p"
  done
}

apply_routing_rules() {
  local desired current family prefix
  desired=$(desired_routing_rules)
  current=$(current_routing_rules)
  [ "$current" != "$desired" ] || return 0
  remove_routing_rules
  while read -r family prefix; do
    [ -z "$family" ] || add_routing_rule "$family" "$prefix" ||
      log "after a flush of the host's rules docker-proxy can carry routers until the next check:" \
        "install nftables, on a kernel from 5.12 on"
  done <<<"$desired"
}

# add_routing_rule FAMILY PREFIX: as the kernel's own: networkd takes away rules that it does not know.
add_routing_rule() {
  # shellcheck disable=SC2086
  ip "$1" rule add pref "$ROUTING_PREFERENCE" to "$2" $FROM_THE_HOST protocol kernel
}

remove_routing_rules() {
  local family prefix
  current_routing_rules | while read -r family prefix; do
    # shellcheck disable=SC2086
    ip "$family" rule del pref "$ROUTING_PREFERENCE" to "$prefix" $FROM_THE_HOST
  done
}

routing_rule_drift() {
  local desired current
  desired=$(desired_routing_rules)
  current=$(current_routing_rules)
  [ "$current" = "$desired" ] ||
    echo "ip rule: processes of the host are kept from the BMP port in \"${current//$'\n'/, }\"," \
      "and are to be in \"${desired//$'\n'/, }\""
}
