# shellcheck shell=bash
# The collector's ports, and who may reach them. Sent along with every step; also
# a part of the program that stays on the host.
# Input: BMP_PORT; REST_PORT, empty for an image that has openbmpd alone; OUTSIDE_PORTS (array), which of kafka and mysql are
# published besides; HELD_PORTS (array), those that let nobody in until they are
# opened; the allow lists BMP_ALLOWED, REST_ALLOWED, KAFKA_ALLOWED, MYSQL_ALLOWED.

BMP_CONTAINER_PORT=5000
REST_CONTAINER_PORT=8001
# Published at the same port of the host: a broker advertises one port to everybody.
KAFKA_CONTAINER_PORT=9092
MYSQL_CONTAINER_PORT=3306

# The names of those that were opened, one a line. Without the file all of them are held.
OPENED_PORTS=/etc/openbmp-aio-ipv6/opened

# is_aio: whether the image has all of the engine: REST API, database and a broker of its own.
is_aio() { [ -n "$REST_PORT" ]; }

# published_ports: NAME PORT CONTAINER-PORT of each port that has an allow list, a line each.
published_ports() {
  echo "bmp $BMP_PORT $BMP_CONTAINER_PORT"
  ! is_aio || echo "rest $REST_PORT $REST_CONTAINER_PORT"
  [[ " ${OUTSIDE_PORTS[*]} " != *" kafka "* ]] || echo "kafka $KAFKA_CONTAINER_PORT $KAFKA_CONTAINER_PORT"
  [[ " ${OUTSIDE_PORTS[*]} " != *" mysql "* ]] || echo "mysql $MYSQL_CONTAINER_PORT $MYSQL_CONTAINER_PORT"
}

# host_ports, container_ports: the same numbers, with commas between.
host_ports() { joined_ports 1; }
container_ports() { joined_ports 2; }

# joined_ports FIELD: of published_ports, from 0.
joined_ports() {
  local row ports=''
  while read -ra row; do ports+=,${row[$1]}; done < <(published_ports)
  echo "${ports#,}"
}

is_opened() { grep -qxF -- "$1" "$OPENED_PORTS" 2>/dev/null; }

# opened_ports: of HELD_PORTS, those that were opened.
opened_ports() {
  local name
  for name in "${HELD_PORTS[@]}"; do
    ! is_opened "$name" || echo "$name"
  done
}

# is_held NAME
is_held() { [[ " ${HELD_PORTS[*]} " == *" $1 "* ]] && ! is_opened "$1"; }

# held_reason NAME
held_reason() {
  case $1 in
  mysql) echo "held, nobody gets in until both passwords of the database are proven" ;;
  rest) echo "held, nobody gets in until the login of the REST API is proven" ;;
  esac
}

# allowed_at NAME [TEXT]: the prefixes that may reach that port as it is now, one a line,
# each behind TEXT.
allowed_at() {
  local -n prefixes=${1^^}_ALLOWED
  is_held "$1" || [ ${#prefixes[@]} -eq 0 ] || printf '%s\n' "${prefixes[@]/#/${2:-}}"
}

# allowed_prefixes: PORT PREFIX of all of them, a line each.
allowed_prefixes() {
  local name port
  published_ports | while read -r name port _; do allowed_at "$name" "$port "; done
}
