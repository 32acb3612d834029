#!/usr/bin/env bats
# Step collector-start, where MySQL is published: its port opens when the
# database's passwords are the user's own, and not before.
# shellcheck disable=SC2030,SC2031 # each test changes its own copy

load helper
load network

OPENED=/etc/openbmp-aio-ipv6/opened

setup() {
  open_host
  VERIFY=false
  OUTSIDE_PORTS=(mysql) MYSQL_ALLOWED=(2001:db8:1::/64) HELD_PORTS=(mysql)
  OPENBMP_DB_PASSWORD=own MYSQL_ROOT_PASSWORD=roots
  has_container openbmp_aio Running=false Hostname=openbmp-aio GlobalIPv6Address=fc00:172:17::2
  ready_to_start
}
teardown() { close_network; }

# accounts USER:PASSWORD…: those that the database has.
accounts() { printf '%s\n' "$@" >"$FAKE/accounts"; }

proven() { accounts openbmp:own root:roots; }

@test "held until both passwords are proven, then open, and for good" {
  same 0 "$(in_list 3306)"
  accounts openbmp:openbmp root:OpenBMP
  step_refuses "the port of the database stays closed: it refuses the user openbmp with the OPENBMP_DB_PASSWORD of environment; it refuses the user root with the MYSQL_ROOT_PASSWORD of environment; it still takes the image's public password of the user openbmp; it still takes the image's public password of the user root. The image sets" collector-start
  same 0 "$(in_list 3306)"
  proven
  step_succeeds collector-start
  says "opened the port of mysql to its allowed prefixes"
  same 1 "$(in_list 3306)"
  step_succeeds ipv6-dnat
  step_succeeds collector-start
  [[ $stderr != *"port of mysql"* ]]
  same 1 "$(in_list 3306)"
}

@test "what is not proven any more is closed again" {
  proven
  step_succeeds collector-start
  accounts openbmp:own root:roots root:OpenBMP
  step_refuses "stays closed: it still takes the image's public password of the user root. The" collector-start
  says "closed the port of mysql to everybody"
  same 0 "$(in_list 3306)"
}

@test "an empty database closes it before the collector starts on it" {
  proven
  step_succeeds collector-start
  write_on_host /var/openbmp/mysql/ibdata1 <<<rows
  PAT_ENABLED=true PURGE_STALE_DATA=true
  cut_off_at docker 'start*'
  step_is_cut_off collector-start
  same "" "$(on_host "$OPENED")"
  same 0 "$(in_list 3306)"
  step_succeeds collector-start
  same 1 "$(in_list 3306)"
}

@test "a database that does not answer leaves it closed" {
  step_refuses "stays closed: it does not answer the user openbmp" collector-start
  same 0 "$(in_list 3306)"
}

@test "where MySQL is not published, no database is asked" {
  OUTSIDE_PORTS=() MYSQL_ALLOWED=() HELD_PORTS=() OPENBMP_DB_PASSWORD='' MYSQL_ROOT_PASSWORD=''
  step_succeeds ipv6-dnat
  step_succeeds collector-start
  not_called mysql
}

@test "the passwords are in no argument, no variable and no output" {
  proven
  OPENBMP_DB_PASSWORD=wrong-and-secret MYSQL_ROOT_PASSWORD=root-and-secret
  traced_step collector-start
  same 1 "$status"
  not_started_with and-secret
  [[ $output$stderr != *and-secret* ]]
}
