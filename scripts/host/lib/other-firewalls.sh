# shellcheck shell=bash
# Firewalls besides ours and Docker's that may drop what is forwarded to the collector.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/bridge.sh
. "${BASH_SOURCE[0]%/*}/bridge.sh"

# other_forward_chains: of nftables, by table and name, each with its policy; not those that
# are iptables' own, Docker's or ours. One line each.
other_forward_chains() {
  have nft || return 0
  { nft list chains 2>/dev/null || true; } | awk '
    $1 == "table" { table = $2 " " $3 }
    $1 == "chain" { chain = $2 }
    / hook forward / && table !~ /^(ip|arp|bridge|netdev) |^ip6 (filter|mangle|security|docker-bridges)$|^inet openbmp-aio-ipv6$/ {
      policy = match($0, /policy [a-z]+/) ? substr($0, RSTART, RLENGTH) : "policy accept"
      print table " " chain " (" policy ")"
    }'
}

# has_legacy_rules COMMAND: iptables or ip6tables. Rules of its other backend count as well,
# and the command does not show them. Tables without rules stay where somebody has looked.
has_legacy_rules() {
  local version names=/proc/net/ip_tables_names
  [ "$1" = iptables ] || names=/proc/net/ip6_tables_names
  version=$("$1" --version)
  [[ $version == *nf_tables* ]] && grep -qs . "$names" || return 1
  ! have "$1-legacy-save" || "$1-legacy-save" 2>/dev/null | grep -E '^(-A|:[^ ]+ DROP)' >/dev/null
}

firewalld_runs() { systemctl is-active --quiet firewalld.service 2>/dev/null; }

# Its unit is active whether it is enabled or not.
ufw_is_enabled() { grep -qsx 'ENABLED=yes' /etc/ufw/ufw.conf; }

# One line for each reason for which nothing would arrive.
firewall_problems() {
  ! firewalld_runs ||
    ! grep -qsixE 'StrictForwardPorts *= *(yes|true)' /etc/firewalld/firewalld.conf ||
    echo "firewalld runs with StrictForwardPorts=yes, which drops what is forwarded to containers: set it to no in" \
      "\"/etc/firewalld/firewalld.conf\" and reload firewalld"
}

# The same, of what somebody set since the deployment.
firewall_drift() {
  local problems problem
  collect problems firewall_problems
  for problem in "${problems[@]}"; do drift "${problem%%: *}" "${problem#*: }"; done
}

# What the user has to know of other firewalls, one line each.
firewall_notices() {
  local chains chain version command
  collect chains other_forward_chains
  for chain in "${chains[@]}"; do
    [[ $chain != *"policy drop"* ]] ||
      echo "the chain $chain of nftables drops what no rule of it accepts: add a rule that accepts what is forwarded" \
        "to $BRIDGE, else the verification fails"
  done
  ! grep -qsx docker-ipv6nat /proc/[0-9]*/comm ||
    echo "docker-ipv6nat runs here and has rules of its own for published ports over IPv6, in a chain named as Docker's:" \
      "stop it, unless other containers need it"
  for command in iptables ip6tables; do
    ! has_legacy_rules "$command" ||
      echo "$command-legacy has rules beside those of nft, and both count: read them with $command-legacy-save"
  done
  version=$(docker version --format '{{.Server.Version}}')
  [[ $version != 27.* ]] || [ "$(cat /proc/sys/net/ipv6/conf/all/forwarding)" != 1 ] ||
    ! ip6tables -w 10 -S FORWARD 2>/dev/null | grep -qxF -- '-P FORWARD ACCEPT' ||
    echo "Docker $version sets the policy of FORWARD over IPv6 to DROP whenever it starts: add rules to" \
      "the chain DOCKER-USER that accept what this host routes for others"
}

# Where rules of ours were saved that are gone now: one line.
saved_rules_notices() {
  local files
  files=$(grep -ls OPENBMP- /etc/iptables/rules.v[46] /etc/sysconfig/ip{,6}tables /etc/nftables.conf | paste -sd ' ') || true
  [ -z "$files" ] ||
    echo "rules of this deployment are saved in $files, from where the next boot would load them: save what is there" \
      "now (netfilter-persistent save)"
}

# other_filters: for a message on packets that were dropped; empty where there are none.
other_filters() {
  local filters chains
  collect filters firewall_problems
  collect chains other_forward_chains
  filters+=("${chains[@]}")
  ! has_legacy_rules ip6tables || filters+=("what ip6tables-legacy-save shows")
  ! ufw_is_enabled || filters+=("what ufw status verbose shows of routed traffic")
  [ ${#filters[@]} -eq 0 ] || printf ', beginning with %s' "$(join_with_semicolons "${filters[@]}")"
}

# input_remedy PORT…: for a message on ports of the host itself that do not answer: the firewalls that run, by their
# names, each with what opens them.
input_remedy() {
  local ports
  ports=$(printf ' --add-port=%s/tcp' "$@")
  ! firewalld_runs || printf '; firewalld runs here: firewall-cmd --permanent%s, and firewall-cmd --reload' "$ports"
  ports=$(printf ',%s' "$@")
  ! ufw_is_enabled || printf '; ufw is enabled here: ufw allow %s/tcp' "${ports#,}"
}
