#!/usr/bin/env bash
# The steps of the manual page, as a careful operator types them on the host:
# the collector is never stopped before its REST API has answered, because its
# first start fills a database. Runs as root.
#
#   bash -s -- IMAGE STARTUP_DELAY_SECONDS
set -euo pipefail

IMAGE=$1
RUN=(docker run --detach --name openbmp_aio --hostname openbmp-aio --restart unless-stopped
  --env KAFKA_FQDN=collector.example --env STARTUP_DELAY_SECONDS="$2"
  --publish 5000:5000 --publish 8001:8001)
CONFIG=/var/openbmp/config
DATA=/var/openbmp/mysql

rest_answers() {
  local answer
  answer=$(timeout 2 bash -c 'exec 3<>/dev/tcp/127.0.0.1/8001
    printf "GET /db_rest/v1/routers HTTP/1.0\r\n\r\n" >&3; head -n 1 <&3' 2>/dev/null) || return 1
  [[ $answer == HTTP/* ]]
}

wait_for_rest() { until rest_answers; do sleep 0.1; done; }

first_start() {
  "${RUN[@]}" "$IMAGE"
  wait_for_rest
}

switch_on_ipv6() {
  local settings='{"ipv6": true, "fixed-cidr-v6": "fc00:172:17::/64"}'
  if [ -s /etc/docker/daemon.json ]; then
    jq ". + $settings" /etc/docker/daemon.json >/etc/docker/daemon.json.new
    mv /etc/docker/daemon.json.new /etc/docker/daemon.json
  else
    mkdir -p /etc/docker
    echo "$settings" >/etc/docker/daemon.json
  fi
  systemctl restart docker
}

create_with_volumes() {
  docker rm --force openbmp_aio
  mkdir -p "$CONFIG" "$DATA"
  "${RUN[@]}" --volume "$CONFIG:/config" --volume "$DATA:/data/mysql" "$IMAGE"
  wait_for_rest
}

listen_on_ipv6() {
  docker cp openbmp_aio:/usr/etc/openbmp/openbmpd.conf "$CONFIG/openbmpd.conf"
  sed -i 's/^\(  listen_mode:\) v4$/\1 v4v6/' "$CONFIG/openbmpd.conf"
  docker restart openbmp_aio
  wait_for_rest
}

add_dnat() {
  local address port
  address=$(docker inspect --format '{{.NetworkSettings.GlobalIPv6Address}}' openbmp_aio)
  for port in 5000 8001; do
    ip6tables -t nat -A PREROUTING -p tcp --dport "$port" -j DNAT --to-destination "[$address]:$port"
    ip6tables -A FORWARD -d "$address" -p tcp --dport "$port" -j ACCEPT
    ip6tables -A FORWARD -s "$address" -p tcp --sport "$port" -j ACCEPT
  done
}

main() {
  first_start
  switch_on_ipv6
  create_with_volumes
  listen_on_ipv6
  add_dnat
}

main "$@" </dev/null
