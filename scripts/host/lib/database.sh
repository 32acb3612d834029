# shellcheck shell=bash
# The collector's database, asked inside the running container.
# Passwords are neither arguments nor in an environment, on the host or in the
# container: they come in on stdin, and mysql reads them from a pipe.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"

DATABASE_USER=openbmp
# The image's own passwords, which everybody knows.
PUBLIC_DATABASE_PASSWORD=openbmp
PUBLIC_ROOT_PASSWORD=OpenBMP
# How long a query may take, and how long its answer may be: the container may send anything.
QUERY_SECONDS=60
ANSWER_BYTES=$((4 * 1024 * 1024))

# database_client USER PASSWORD HOST KIND ARGUMENT…: mysql, or by KIND "dump" mysqldump,
# with stdin. Its words go to stderr. By TCP, as somebody from outside: by the socket,
# MariaDB lets root in without a password. HOST is a name of the container's, from
# which the database knows where the user comes from. Without TLS: nothing leaves the
# container, and newer clients insist on what the image's server does not have.
database_client() {
  # shellcheck disable=SC2016
  { printf '%s\0' "$1" "$2" "$3" && cat; } |
    relayed timeout "$QUERY_SECONDS" docker exec --interactive "$CONTAINER" bash -c '
      for name in user password host; do
        IFS= read -r -d "" text
        text=${text//\\/\\\\}
        printf -v "$name" "\"%s\"" "${text//\"/\\\"}"
      done
      client=$(type -P "mysql$0" || type -P "mariadb${0:+-$0}")
      exec "$client" --defaults-file=<(printf "[client]\nuser=%s\npassword=%s\nhost=%s\nprotocol=tcp\nloose-skip-ssl\nloose-connect-timeout=10\n" \
        "$user" "$password" "$host") "$@"' "${@:4}"
}

# database_query USER PASSWORD [HOST]: runs the SQL on stdin in the collector's
# database, and prints rows, with tabs between columns. Fails where the database does,
# or has more to say than anybody asked for.
database_query() {
  database_client "$1" "$2" "${3:-localhost}" '' --batch --skip-column-names openBMP | head -c "$ANSWER_BYTES"
}

# variable_of_container NAME DEFAULT: of the container's variables; the default where it has none, or an empty one.
variable_of_container() {
  docker container inspect "$CONTAINER" | jq -r --arg name "$1=" --arg default "$2" \
    '[.[0].Config.Env[]? | select(startswith($name)) | ltrimstr($name)] | last // "" | if . == "" then $default else . end'
}

# collector_database: the SQL on stdin, as the collector's own user.
collector_database() {
  local password
  password=$(variable_of_container OPENBMP_DB_PASSWORD "$PUBLIC_DATABASE_PASSWORD")
  database_query "$DATABASE_USER" "$password"
}

# SQL for the bytes of the tables and their indexes.
# shellcheck disable=SC2034 # the files that source this one read it
BYTES_OF_TABLES="SELECT COALESCE(SUM(data_length + index_length), 0) FROM information_schema.tables WHERE table_schema = 'openBMP'"

# database_answer USER PASSWORD [HOST]: prints yes or no to the login, and nothing
# where the database does not answer.
database_answer() {
  local words
  if words=$(database_query "$@" 2>&1 >/dev/null <<<'SELECT 1;'); then
    echo yes
  elif [[ $words =~ ERROR\ (1045|1130|1698)\  ]]; then
    echo no
  fi
}

# database_password_mismatches: a line for each of the user's passwords that the
# database does not take, and for each of the image's that it still takes.
# Input: OPENBMP_DB_PASSWORD, MYSQL_ROOT_PASSWORD.
database_password_mismatches() {
  own_password_mismatch "$DATABASE_USER" OPENBMP_DB_PASSWORD
  own_password_mismatch root MYSQL_ROOT_PASSWORD
  public_password_mismatch "$DATABASE_USER" "$PUBLIC_DATABASE_PASSWORD"
  public_password_mismatch root "$PUBLIC_ROOT_PASSWORD"
}

# own_password_mismatch USER VARIABLE
own_password_mismatch() {
  case $(database_answer "$1" "${!2}") in
  yes) ;;
  no) echo "it refuses the user $1 with the $2 of environment" ;;
  *) echo "it does not answer the user $1" ;;
  esac
}

# public_password_mismatch USER PASSWORD: neither from the container itself nor
# from elsewhere. The database refuses it, or it is not known to be refused.
public_password_mismatch() {
  local host
  for host in localhost "$(docker container inspect --format '{{.Config.Hostname}}' "$CONTAINER")"; do
    case $(database_answer "$1" "$2" "$host") in
    no) ;;
    yes) echo "it still takes the image's public password of the user $1" && return ;;
    *) echo "it does not say that the image's public password of the user $1 is gone" && return ;;
    esac
  done
}
