#!/usr/bin/env bash
# Installs a firewall of Debian's in the sandbox, and lets SSH through it.
set -euo pipefail

# install_packages PACKAGE…
install_packages() {
  # A suite of the engine may be past its date where a mirror is behind.
  apt-get -o Acquire::Check-Valid-Until=false update
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
  apt-get clean
  rm -rf /var/lib/apt/lists/*
}

# saved_rules ICMP: as an operator saved them before there was a deployment.
saved_rules() {
  cat <<RULES
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p $1 -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
COMMIT
RULES
}

main() {
  case $1 in
  firewalld)
    # Its default zone has SSH.
    install_packages firewalld
    ;;
  ufw)
    install_packages ufw
    ufw default deny incoming
    ufw allow 22/tcp
    # What `ufw enable` writes: where an image is built there are no rules to load.
    sed -i 's/^ENABLED=.*/ENABLED=yes/' /etc/ufw/ufw.conf
    systemctl enable ufw.service
    ;;
  netfilter-persistent)
    install_packages iptables-persistent netfilter-persistent
    saved_rules icmp >/etc/iptables/rules.v4
    saved_rules ipv6-icmp >/etc/iptables/rules.v6
    ;;
  *)
    echo "install-firewall: firewall must be firewalld, ufw or netfilter-persistent, got \"$1\"" >&2
    exit 1
    ;;
  esac
  systemctl is-enabled "$1.service"
}

main "$@"
