# shellcheck shell=bash
# The collector's REST API, and the login that it asks for. The logins are rows of
# its database (table users), read at each request.
# Input: REST_USER, REST_PASSWORD, empty where the image's own login is to stay.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/database.sh
. "${BASH_SOURCE[0]%/*}/database.sh"
# shellcheck source=scripts/host/lib/record.sh
. "${BASH_SOURCE[0]%/*}/record.sh"

# The image's own, in its documentation and so in everybody's hands.
PUBLIC_USER=openbmp
PUBLIC_PASSWORD=CiscoRA

# rest_get ADDRESS PORT DELAY READ COMMAND…: asks for the routers from where COMMAND
# runs, after so many seconds, and reads the answer by READ. The login goes by stdin:
# the host's users see arguments.
rest_get() {
  # shellcheck disable=SC2016
  printf '%s:%s' "${REST_USER:-$PUBLIC_USER}" "${REST_PASSWORD:-$PUBLIC_PASSWORD}" | base64 --wrap 0 |
    "${@:5}" timeout 10 bash -euc '
      exec 3<>"/dev/tcp/$0/$1"
      sleep "$2"
      printf "GET /db_rest/v1/routers HTTP/1.0\r\nHost: openbmp\r\nAuthorization: Basic %s\r\n\r\n" "$(cat)" >&3
      eval "$3"' "$1" "$2" "$3" "$4" 2>/dev/null
}

# rest_status ADDRESS PORT DELAY COMMAND…: the HTTP version and the status code;
# nothing, and a failure, without them. The line that has them may never end.
rest_status() {
  # shellcheck disable=SC2016
  rest_get "$1" "$2" "$3" 'IFS= read -r -n 100 line <&3; printf "%s\n" "$line"' "${@:4}" |
    LC_ALL=C grep -aoE '^HTTP/1\.[01] [1-5][0-9]{2}'
}

# sql_text TEXT: as a literal that nothing in it ends.
sql_text() { printf "CONVERT(X'%s' USING latin1)" "$(printf %s "$1" | od -An -v -tx1 | tr -d ' \n')"; }

# login_condition USER HASH: as a condition.
login_condition() { printf 'username = %s AND password = %s' "$1" "$2"; }

# set_rest_login: the configuration's login works, and the image's own does not. A
# login that is neither that nor one of ours is somebody else's, and stays.
set_rest_login() {
  local user hash public given own was_public ours=none
  [ -n "$REST_PASSWORD" ] || return 0
  user=$(sql_text "$REST_USER")
  hash="PASSWORD($(sql_text "$REST_PASSWORD"))"
  public=$(login_condition "'$PUBLIC_USER'" "PASSWORD('$PUBLIC_PASSWORD')")
  ! [ -e "$OUR_LOGIN" ] || ours=$(recorded_login_condition "$OUR_LOGIN")
  read -r given was_public own < <(collector_database <<<"SELECT
    (SELECT COUNT(*) FROM users WHERE $(login_condition "$user" "$hash")), (SELECT COUNT(*) FROM users WHERE $public),
    (SELECT COUNT(*) FROM users WHERE $([ "$ours" = none ] && echo FALSE || echo "$ours"));") ||
    die "the database of $CONTAINER does not say which logins the REST API has: set OPENBMP_DB_PASSWORD in" \
      "environment to what it was made with"
  if [ "$given" = 0 ] && [ "$was_public" = 1 ]; then
    record_original_login replaced
    replace_login "$user" "$hash" "$public"
    say "the REST API has the login $REST_USER now, and the image's own no more"
  elif [ "$given" = 0 ] && [ "$own" = 1 ]; then
    replace_login "$user" "$hash" "$ours"
    say "the REST API has the new login $REST_USER now"
  elif [ "$given" = 0 ]; then
    die "the REST API has neither the login of restUser ($REST_USER) and restPassword nor the image's own, and" \
      "nothing was changed: set both keys to the login that it has"
  elif [ "$was_public" = 1 ]; then
    record_original_login removed
    collector_database >/dev/null <<<"DELETE FROM users WHERE $public;"
    say "the image's own login of the REST API is gone; it already has $REST_USER"
  fi
  record_login "$OUR_LOGIN" ours "$user"
}

# replace_login USER HASH OF: one statement, which is done or not.
replace_login() {
  collector_database >/dev/null <<<"UPDATE users SET username = $1, password = $2 WHERE $3;" ||
    die "the REST API has a login restUser ($REST_USER) with another password, and nothing was changed: set" \
      "restPassword to that, or choose another restUser"
}

# recorded_login_condition FILE: as a condition. The file's last words are name and hash, in
# hexadecimal digits.
recorded_login_condition() { login_condition "$(sql_from_hex "$1" 1)" "$(sql_from_hex "$1" 2)"; }

# sql_from_hex FILE WORD
sql_from_hex() {
  local words
  read -ra words <"$1" && [[ ${words[$2]} =~ ^[0-9A-F]+$ ]] && printf "CONVERT(X'%s' USING latin1)" "${words[$2]}"
}

# record_login FILE HOW USER
record_login() {
  collector_database <<<"SELECT '$2', HEX(username), HEX(password) FROM users WHERE username = $3;" | head -c 1000 |
    write_file "$1" 600 >/dev/null
}

# record_original_login HOW: once; what came after it is ours.
record_original_login() { [ -e "$ORIGINAL_LOGIN" ] || record_login "$ORIGINAL_LOGIN" "$1" "'$PUBLIC_USER'"; }

# The original container, that stays or is restored with its data, has its original
# login again. Needs a collector that runs.
restore_rest_login() {
  local original statement
  [ -e "$ORIGINAL_LOGIN" ] && [ -e "$OUR_LOGIN" ] || return 0
  original="$(sql_from_hex "$ORIGINAL_LOGIN" 1), $(sql_from_hex "$ORIGINAL_LOGIN" 2)"
  case $(head -c 10 "$ORIGINAL_LOGIN") in
  replaced*)
    statement="UPDATE users SET username = ${original/, /, password = }"
    statement+=" WHERE $(recorded_login_condition "$OUR_LOGIN");"
    ;;
  *) statement="INSERT IGNORE INTO users VALUES ($original, 'admin');" ;;
  esac
  if collector_database >/dev/null <<<"$statement"; then
    say "the REST API has its original login again"
  else
    say "the REST API keeps the login of this stack, since the database of $CONTAINER does not answer: change it in" \
      "the table users"
  fi
}
