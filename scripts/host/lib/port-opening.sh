# shellcheck shell=bash
# A held port opens once what it waits for is proven.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/database.sh
. "${BASH_SOURCE[0]%/*}/database.sh"
# shellcheck source=scripts/host/lib/held-ports.sh
. "${BASH_SOURCE[0]%/*}/held-ports.sh"
# shellcheck source=scripts/host/lib/rest.sh
. "${BASH_SOURCE[0]%/*}/rest.sh"
# shellcheck source=scripts/host/lib/verification.sh
. "${BASH_SOURCE[0]%/*}/verification.sh"

# open_rest_port: its port opens when the image's own login is gone.
open_rest_port() {
  set_rest_login
  open_port rest
}

holds_mysql() { [[ " ${HELD_PORTS[*]} " == *" mysql "* ]]; }

# open_mysql_port: its port opens when both passwords of the database are the user's.
# The image's database is ready before the collector listens.
open_mysql_port() {
  local problems
  collect problems database_password_mismatches
  if [ ${#problems[@]} -gt 0 ]; then
    hold_port mysql
    die "the port of the database stays closed: $(join_with_semicolons "${problems[@]}"). The image sets these" \
      "passwords only when it makes a new database; change them in the one that is there, or put into environment" \
      "what it has, and run again"
  fi
  open_port mysql
}
