#!/usr/bin/env bats
# Step collector-start, where the REST API gets a login of its own: its port opens
# when that login works and the image's own does not, and not before.
# shellcheck disable=SC2030,SC2031 # each test changes its own copy

load helper
load network

OPENED=/etc/openbmp-aio-ipv6/opened

setup() {
  open_host
  VERIFY=false
  HELD_PORTS=(rest) REST_USER=reader REST_PASSWORD='own and-secret'
  has_container openbmp_aio Running=false GlobalIPv6Address=fc00:172:17::2 'Env=["OPENBMP_DB_PASSWORD=database and-secret"]'
  echo 'openbmp:database and-secret' >"$FAKE/accounts"
  ready_to_start
  logins 0 1 0
}
teardown() { close_network; }

# logins GIVEN PUBLIC OURS: which of the three the database has. A change of the image's
# or of ours makes it the one that is given.
logins() {
  printf '%s\t%s\t%s\n' "$@" >"$FAKE/logins"
  : >"$FAKE/changes"
  cat >"$FAKE/on-sql" <<'DATABASE'
sql=$(cat)
case $sql in
*COUNT*) cat "$FAKE/logins" ;;
"SELECT '"*) printf '%s\t%s\t%s\n' "$(cut -d "'" -f 2 <<<"$sql")" 6F70 2A41 ;;
*)
  echo "${sql%% *} $(ip6tables -t mangle -S OPENBMP-ALLOW | grep -cF -- '--dport 8001 -j RETURN')" >>"$FAKE/changes"
  [ ! -e "$FAKE/name-is-taken" ] || exit 1
  printf '1\t0\t0\n' >"$FAKE/logins"
  # Nobody reads it.
  echo "a container's own words"
  ;;
esac
DATABASE
}

# changes: the statements that changed something, each with how many rules let somebody in at that moment.
changes() { paste -sd ' ' "$FAKE/changes"; }

# stays_closed TEXT: the step says so and fails, and nobody gets in.
stays_closed() {
  step_refuses "$1" collector-start
  same 0 "$(in_list 8001)"
  same "" "$(on_host "$OPENED")"
}

@test "the login is set, then the port opens, and for good" {
  same 0 "$(in_list 8001)"
  step_succeeds collector-start
  says "the REST API has the login reader now, and the image's own no more
opened the port of rest to its allowed prefixes"
  [[ $output != *"own words"* ]]
  same "UPDATE 0" "$(changes)"
  same 1 "$(in_list 8001)"
  step_succeeds ipv6-dnat
  step_succeeds collector-start
  [[ $stderr != *"port of rest"* && $stderr != *"REST API"* ]]
  same "UPDATE 0 1" "$(changes) $(in_list 8001)"
}

@test "a login that was there already leaves the image's own to be removed before the port opens" {
  logins 1 1 0
  step_succeeds collector-start
  says "the image's own login of the REST API is gone; it already has reader"
  same "DELETE 0 1" "$(changes) $(in_list 8001)"
}

@test "another login than the one of the last run takes its place" {
  step_succeeds collector-start
  logins 0 0 1
  step_succeeds collector-start
  says "the REST API has the new login reader now"
  same "UPDATE 1 1" "$(changes) $(in_list 8001)"
}

@test "somebody else's login, a name that is taken and a database that refuses leave it closed" {
  logins 0 0 0
  stays_closed "the REST API has neither the login of restUser (reader) and restPassword nor the image's own, and nothing was changed"
  same "" "$(changes)"
  logins 0 1 0
  touch "$FAKE/name-is-taken"
  stays_closed "the REST API has a login restUser (reader) with another password, and nothing was changed"
  rm "$FAKE/accounts"
  stays_closed "the database of openbmp_aio does not say which logins the REST API has"
}

@test "an empty database closes it before the collector starts on it, and opens it with its login" {
  step_succeeds collector-start
  write_on_host /var/openbmp/mysql/ibdata1 <<<rows
  PAT_ENABLED=true PURGE_STALE_DATA=true
  cut_off_at docker 'start*'
  step_is_cut_off collector-start
  same "" "$(on_host "$OPENED")"
  same 0 "$(in_list 8001)"
  logins 0 1 0
  step_succeeds collector-start
  same "UPDATE 0 1" "$(changes) $(in_list 8001)"
}

@test "without restPassword no database is asked, and the port is open" {
  HELD_PORTS=() REST_PASSWORD=''
  step_succeeds ipv6-dnat
  step_succeeds collector-start
  not_called mysql
  same 1 "$(in_list 8001)"
}

@test "the passwords are in no argument, no variable and no output" {
  traced_step collector-start
  same 0 "$status"
  same "UPDATE 0" "$(changes)"
  not_started_with and-secret
  not_started_with "$(printf and-secret | od -An -v -tx1 | tr -d ' \n')"
  [[ $output$stderr != *and-secret* ]]
}
