#!/usr/bin/env bats
# lib/database.sh: what is asked of the collector's database, and whose passwords it takes.

load helper

setup() {
  open_host
  has_container openbmp_aio Hostname=openbmp-aio
  printf '%s\n' 'openbmp:own "pass\word" #1' 'root:root'\''s own' >"$FAKE/accounts"
  OPENBMP_DB_PASSWORD='own "pass\word" #1' MYSQL_ROOT_PASSWORD="root's own"
}
teardown() { close_host; }

# in_step COMMAND…: with the library, as a step has it; $status, $output, $stderr.
in_step() {
  {
    declare -p OPENBMP_DB_PASSWORD MYSQL_ROOT_PASSWORD
    echo ". '$HOST_SCRIPTS/lib/database.sh'"
    printf '%s\n' "$*"
  } >"$FAKE/bundle"
  # shellcheck disable=SC2016
  run --separate-stderr host strace --follow-forks --quiet=all --trace=execve --no-abbrev --string-limit=100000 \
    --output="$FAKE/execs" bash -euo pipefail -s <"$FAKE/bundle"
}

problems() { in_step database_password_mismatches; }

@test "a query goes in as it is, and its rows come out" {
  printf 'rtr1\t2001:db8::1\n' >"$FAKE/rows"
  # shellcheck disable=SC2016
  in_step 'database_query openbmp "$OPENBMP_DB_PASSWORD" <<<"SELECT '\''\$x \\ ü'\'';"'
  same 0 "$status"
  same $'rtr1\t2001:db8::1' "$output"
  same "SELECT '\$x \\ ü';" "$(cat "$FAKE/sql")"
}

@test "a refused query fails, with the database's words" {
  in_step 'database_query openbmp wrong <<<"SELECT 1;"'
  same 1 "$status"
  says "ERROR 1045 (28000): Access denied for user 'openbmp'@'localhost'"
}

@test "an answer without end is a failure, and takes neither long nor memory" {
  echo yes >"$FAKE/on-sql"
  # shellcheck disable=SC2016
  in_step 'ulimit -v 400000; rows=$(database_query openbmp "$OPENBMP_DB_PASSWORD" <<<"SELECT 1;") || echo none'
  same none "$output"
}

@test "no program gets a password as an argument or a variable" {
  problems
  not_started_with 'own "pass'
  not_started_with 'pass\\word'
  not_started_with "root's own"
  [ "$(grep -c mysql "$FAKE/execs")" -gt 4 ]
}

@test "with one's own passwords, and without the image's, there is no problem" {
  problems
  same 0 "$status"
  same "" "$output"
}

@test "each password that the database does not take is named" {
  echo "root:root's own" >"$FAKE/accounts"
  problems
  same "it refuses the user openbmp with the OPENBMP_DB_PASSWORD of environment" "$output"
  echo "openbmp:$OPENBMP_DB_PASSWORD" >"$FAKE/accounts"
  problems
  same "it refuses the user root with the MYSQL_ROOT_PASSWORD of environment" "$output"
}

@test "each public password that the database still takes is named" {
  echo openbmp:openbmp >>"$FAKE/accounts"
  problems
  same "it still takes the image's public password of the user openbmp" "$output"
  sed -i 's/^openbmp:openbmp$/root:OpenBMP/' "$FAKE/accounts"
  problems
  same "it still takes the image's public password of the user root" "$output"
}

@test "one that it takes from elsewhere only counts as well" {
  echo root:OpenBMP:openbmp-aio >>"$FAKE/accounts"
  problems
  same "it still takes the image's public password of the user root" "$output"
}

@test "a database that does not answer proves nothing" {
  rm "$FAKE/accounts"
  problems
  same "it does not answer the user openbmp
it does not answer the user root
it does not say that the image's public password of the user openbmp is gone
it does not say that the image's public password of the user root is gone" "$output"
}
