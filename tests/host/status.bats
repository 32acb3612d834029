#!/usr/bin/env bats
# What scripts/status asks the host: what is there, and what is not as deployed.
# shellcheck disable=SC2030,SC2031 # each test changes its own copy

load helper
load network

GUARD=openbmp-aio-ipv6-guard.service
FOLLOW=openbmp-aio-ipv6-dnat.service
CONFIG=/var/openbmp/config/openbmpd.conf
DROP_INS=/etc/systemd/system/docker.service.d
WANTED='{"listenMode":"v4v6","patEnabled":false}'

setup() {
  open_host
  VERIFY=false
  write_on_host "$CONFIG" <<<'base: {listen_mode: v4v6}'
  docker_bridge
  interface uplink0 2001:db8:1::10/64
  host bash -c 'echo 1 >/proc/sys/net/ipv6/conf/uplink0/accept_ra'
  host ip -6 route add default via 2001:db8:1::1 dev uplink0 proto ra
  deploy
}
teardown() { close_network; }

# The steps, as an `up` runs them; the follower has checked once.
deploy() {
  install_steps
  change_container openbmp_aio "GlobalIPv6Address=$CONTAINER_ADDRESS" IPAddress=172.17.0.2 "Pid=$HOST_PID"
  CONTAINER_ID=$(container openbmp_aio Id)
  step_succeeds collector-start
  : >"$FAKE/events"
  host /usr/local/lib/openbmp-aio-ipv6/openbmp-dnat follow 2>/dev/null || true
}

# The function that prints each key of the answer.
declare -gA PRINTED_BY=([engine]=engine_facts [container]=container_facts [ports]=port_facts [rules]=rule_facts [allowed]=rule_facts
  [units]=unit_facts [login]=login_facts [kafka]=consumer_facts [routers]=router_facts [routersNote]=router_facts
  [disk]=disk_facts [addresses]=address_facts [wanted]=config_facts [openbmpdConf]=config_facts [differences]=drift_facts)

# status_field FILTER: what jq makes of the answer; only what it asks for is looked at.
status_field() {
  local key functions=''
  for key in "${!PRINTED_BY[@]}"; do
    [[ ! $1 =~ \.$key([^a-zA-Z]|$) ]] || [[ $functions == *"${PRINTED_BY[$key]}"* ]] || functions+="${PRINTED_BY[$key]};"
  done
  {
    bundle status | sed '$d'
    echo "find_container deployed_dnat where; { ${functions:?} } | jq --slurp add"
  } >"$FAKE/bundle"
  run_bundle
  [ "$status" = 0 ] || {
    echo "$stderr"
    return 1
  }
  jq -rc "$1" <<<"$output"
}

differences() { status_field '.differences[].what'; }

# serve_routers JSON: the collector's REST API, with these rows.
serve_routers() {
  mkdir -p "$FAKE/rest/db_rest/v1"
  echo "{\"routers\": {\"data\": $1}}" >"$FAKE/rest/db_rest/v1/routers"
  in_background python3 -m http.server --directory "$FAKE/rest" --bind 127.0.0.1 8001
  soon host bash -c "ss --no-header --listening --tcp 'sport = :8001' | grep -q ."
}

# rest_answers START [MORE]: the REST API says that, and MORE for as long as it is read.
rest_answers() {
  in_background python3 "$TESTS/endless-server.py" 8001 "$@"
  soon host bash -c "ss --no-header --listening --tcp 'sport = :8001' | grep -q ."
}

# differs TEXT COMMAND…: the command is what somebody did on the host.
differs() {
  local text=$1
  shift
  "$@"
  differences | grep -F -- "$text" || {
    echo "after: $*"
    differences
    return 1
  }
}

@test "a host as deployed has no differences" { same "" "$(differences)"; }

no_carrier() { host ip link show "$1" | grep -q NO-CARRIER; }

@test "the disk is told: the database's file system, the container's layer, and all files of its log" {
  write_on_host /var/lib/containers/c-json.log <<<12345
  write_on_host /var/lib/containers/c-json.log.1 <<<123
  write_on_host /var/lib/containers/other <<<12345
  change_container openbmp_aio LogPath=/var/lib/containers/c-json.log
  same '{"path":"/var/openbmp/mysql","containerLayer":1250000000,"containerLog":10}' "$(status_field '.disk | {path, containerLayer, containerLog}')"
  same "$(host df --block-size 1 --output=size /var/openbmp/mysql | tail -n 1 | tr -d ' ')" "$(status_field .disk.size)"
  same true "$(status_field '.disk | .size >= .used and .size > .free and .free > 0')"
}

@test "a layer that takes too long to be measured, a log without a file and a directory that is gone are unknown" {
  printf '#!/bin/bash\n[ "$1" != 20 ] || set -- 0.5 "${@:2}"\nPATH=${PATH#*:} exec timeout "$@"\n' >"$FAKE/bin/timeout"
  chmod +x "$FAKE/bin/timeout"
  touch "$FAKE/layer-hangs"
  host rm -r /var/openbmp/mysql
  same '{"path":"/var/openbmp/mysql","size":null,"used":null,"free":null,"containerLayer":null,"containerLog":null}' "$(status_field .disk)"
}

@test "looking writes nothing and calls nothing that changes something" {
  local before
  # The kernel takes its time to see that the bridge has lost its port.
  soon no_carrier docker0
  before=$(host_listing)
  : >"$FAKE/calls"
  step_succeeds status inspect
  same "$before" "$(host_listing)"
  not_called 'docker (create|start|stop|restart|rm|rename|update|pull|cp)|systemctl (restart|enable|disable|daemon-reload|reset-failed)'
}

@test "engine, container, units and ports are told, and why a port has its datapath" {
  same '["26.1.5",true,"bridge","fc00:172:17::2"]' "$(status_field '[.engine.version, .container.running, .container.network, .container.ipv6Address]')"
  same "$GUARD enabled active
$FOLLOW enabled active
openbmp-aio-ipv6-filter.service enabled active
openbmp-aio-ipv6-topics.service enabled active" "$(status_field '.units[] | "\(.name) \(.enabled) \(.active)"')"
  same "bmp 5000 dnat the engine does no IPv6 NAT, our rule sends it to [fc00:172:17::2]:5000
rest 8001 dnat the engine does no IPv6 NAT, our rule sends it to [fc00:172:17::2]:8001" "$(status_field '.ports[] | "\(.name) \(.port) \(.datapath) \(.why)"')"
}

@test "a rule in Docker's chain, of iptables or of nftables, is told from ours, and nobody is said to have put it there" {
  local dnat
  for dnat in engine_dnat nftables_engine_dnat; do
    "$dnat" "$CONTAINER_ADDRESS"
    host /usr/local/lib/openbmp-aio-ipv6/openbmp-dnat follow 2>/dev/null || true
    same "native a rule in Docker's chain sends it to [fc00:172:17::2]:5000
native a rule in Docker's chain sends it to [fc00:172:17::2]:8001" "$(status_field '.ports[] | "\(.datapath) \(.why)"')"
    host ip6tables -t nat -F DOCKER
  done
}

@test "Kafka and MySQL are told where they are published, and a port that is held, why" {
  OUTSIDE_PORTS=(kafka mysql) KAFKA_ALLOWED=(2001:db8:1::/64) MYSQL_ALLOWED=(2001:db8:1::/64) HELD_PORTS=(mysql) KAFKA_FQDN=kafka.example.net
  for step in aio-container ipv6-dnat; do step_succeeds "$step"; done
  change_container openbmp_aio "GlobalIPv6Address=$CONTAINER_ADDRESS" IPAddress=172.17.0.2 "Pid=$HOST_PID"
  CONTAINER_ID=$(container openbmp_aio Id)
  host docker start openbmp_aio
  host /usr/local/lib/openbmp-aio-ipv6/openbmp-dnat follow 2>/dev/null || true
  same "kafka 9092 dnat the engine does no IPv6 NAT, our rule sends it to [fc00:172:17::2]:9092
mysql 3306 closed held, nobody gets in until both passwords of the database are proven" "$(status_field '.ports[2:][] | "\(.name) \(.port) \(.datapath) \(.why)"')"
  same "the port of mysql is held, nobody gets in until both passwords of the database are proven" "$(differences)"
  echo mysql | write_on_host /etc/openbmp-aio-ipv6/opened
  host /usr/local/lib/openbmp-aio-ipv6/openbmp-dnat follow 2>/dev/null || true
  same "mysql dnat" "$(status_field '.ports[3] | "\(.name) \(.datapath)"')"
  same "" "$(differences)"
}

@test "in the mode proxy the engine's own NAT does not have the ports" {
  engine_dnat "$CONTAINER_ADDRESS"
  MODE=proxy
  step_succeeds ipv6-dnat
  change_container openbmp_aio Running=true
  host /usr/local/lib/openbmp-aio-ipv6/openbmp-dnat follow 2>/dev/null || true
  serve proxy '' 5000
  same '["proxy","closed"]' "$(status_field '[.ports[].datapath]')"
}

@test "without our rule the ingress filter keeps a port closed; without the ingress filter docker-proxy has it" {
  host ip6tables -t nat -F OPENBMP-DNAT
  serve proxy '' 5000
  same '["closed","closed"]' "$(status_field '[.ports[].datapath]')"
  host ip6tables -D INPUT -j OPENBMP-INPUT
  same '["proxy","closed"]' "$(status_field '[.ports[].datapath]')"
  status_field '.ports[0].why' | grep "the collector sees an address of the host's own"
}

@test "rules are told with their counters" {
  machine router wan 2
  answer router 2001:db8:2::10 5000
  status_field '.rules[] | select(.rule == "-A OPENBMP-ALLOW -p tcp -m multiport --dports 5000,8001 -m conntrack --ctdir ORIGINAL -j DROP" and .command == "ip6tables") | .packets' | grep -x '[1-9][0-9]*'
  # Each entry of the lists by the name of its port; the router that was dropped is on none.
  same '{"port":"bmp","prefix":"2001:db8:1::/64","packets":0}
{"port":"rest","prefix":"2001:db8:1::/64","packets":0}
{"port":"bmp","prefix":"192.0.2.0/24","packets":0}
{"port":"rest","prefix":"192.0.2.0/24","packets":0}' "$(status_field '.allowed[]')"
}

@test "routers come from the REST API, with their last termination" {
  serve_routers '[{"RouterName": "r1", "RouterIP": "2001:db8::1", "isConnected": 1, "LastTermCode": null, "LastTermReason": "", "LastModified": "2024-05-01 10:00:00"},
    {"RouterName": "r2", "RouterIP": "fc00:172:17::1", "isConnected": "0", "LastTermCode": 65533, "LastTermReason": "Connection closed"}]'
  same '{"name":"r1","address":"2001:db8::1","connected":true,"since":"2024-05-01 10:00:00","lastTermination":null}
{"name":"r2","address":"fc00:172:17::1","connected":false,"since":null,"lastTermination":{"code":65533,"reason":"Connection closed"}}' "$(status_field '.routers[]')"
}

@test "the login of the REST API and the container's variables are on no command line" {
  serve_routers '[]'
  change_container openbmp_aio 'Env=["MYSQL_ROOT_PASSWORD=very-secret"]'
  traced_step status inspect
  same '[]' "$(jq -c .routers <<<"$output")"
  not_started_with openbmp:CiscoRA
  not_started_with "$(printf openbmp:CiscoRA | base64)"
  not_started_with very-secret
}

@test "a collector that does not answer has no list of routers; one without routers has an empty one" {
  same null "$(status_field .routers)"
  serve_routers '[]'
  same '[]' "$(status_field .routers)"
}

# accounts USER:PASSWORD…: the logins that the REST API has.
accounts() { printf '%s\n' "$@" >"$FAKE/rest-accounts"; }

@test "which logins the REST API accepts is told" {
  same '{"accepted":null,"publicAccepted":null}' "$(status_field .login)"
  accounts openbmp:CiscoRA
  in_background python3 "$TESTS/rest-server.py" 8001 "$FAKE/rest-accounts"
  soon host bash -c "ss --no-header --listening --tcp 'sport = :8001' | grep -q ."
  # Without restPassword the image's own is the stack's.
  same '{"accepted":true,"publicAccepted":true}' "$(status_field .login)"
  REST_USER=reader REST_PASSWORD='own one'
  same '{"accepted":false,"publicAccepted":true}' "$(status_field .login)"
  accounts 'reader:own one' openbmp:CiscoRA
  same '{"accepted":true,"publicAccepted":true}' "$(status_field .login)"
  accounts 'reader:own one'
  same '{"accepted":true,"publicAccepted":false}' "$(status_field .login)"
  REST_PASSWORD=''
  same '{"accepted":false,"publicAccepted":false}' "$(status_field .login)"
  accounts openbmp:CiscoRA
  change_container openbmp_aio Running=false
  same '{"accepted":null,"publicAccepted":null}' "$(status_field .login)"
}

@test "whether what routers send becomes rows is told, and where the broker sends its clients" {
  local consumers='"groups": {"openbmp-mysql-consumer": [["/127.0.0.1", {"openbmp.parsed.router": 6}]]}'
  change_container openbmp_aio IPAddress=127.0.0.1
  same '{"advertised":"","consumersAttached":null}' "$(status_field .kafka)"
  broker '{"advertised": ["localhost", 9092], "topics": {}, '"$consumers"'}'
  same '{"advertised":"localhost:9092","consumersAttached":true}' "$(status_field .kafka)"
  broker_has '{"advertised": ["ip-10-0-0-1.ec2.internal", 9092], "topics": {}, "groups": {}}'
  same '{"advertised":"ip-10-0-0-1.ec2.internal:9092","consumersAttached":false}' "$(status_field .kafka)"
  broker_has '{"raw": "00000004000000"}'
  same '{"advertised":"","consumersAttached":null}' "$(status_field .kafka)"
  broker_has '{"advertised": ["'"$(printf '%400s' | tr ' ' x)"'", 9092], "topics": {}, '"$consumers"'}'
  same '[300,true]' "$(status_field '[(.kafka.advertised | length), .kafka.consumersAttached]')"
  change_container openbmp_aio Running=false
  same '{"advertised":"","consumersAttached":null}' "$(status_field .kafka)"
}

CUT_OFF="the answer of the REST API was cut off, there are more"

@test "of an answer without end, the routers that it begins with are told; it takes neither long nor memory" {
  rest_answers 'HTTP/1.0 200 OK\r\n\r\n{"routers": {"data": [{"RouterName": "r1", "RouterIP": "2001:db8::1", "isConnected": 1}' ', {"x": [{},{}], "InitData": "xxxxxxxxxxxxxxxx"}'
  ulimit -v 400000
  same "{\"name\":\"r1\",\"address\":\"2001:db8::1\",\"connected\":true,\"since\":null,\"lastTermination\":null}
$CUT_OFF" "$(status_field '.routers[0], .routersNote')"
}

@test "a row, a text, or a header without end is no list, and takes neither long nor memory" {
  local start more
  while IFS='|' read -r start more; do
    rest_answers "HTTP/1.0 200 OK\\r\\n$start" "$more"
    (
      ulimit -v 400000
      same '[null,null]' "$(status_field '[.routers, .routersNote]')"
    )
    kill "$!"
    wait "$!" || true
  done <<'ANSWERS'
|x
\r\n{"routers": {"data": [{"RouterName": "|x
\r\n{"routers": {"data": [{"RouterName": [|{},
\r\n|[
\r\n|x
ANSWERS
}

@test "no more than ten thousand routers are told" {
  serve_routers "$(jq -cn '[range(10001) | {RouterName: "r\(.)", RouterIP: "2001:db8::1", isConnected: 1}]')"
  same "[10000,\"r9999\",\"$CUT_OFF\"]" "$(status_field '[(.routers | length), .routers[-1].name, .routersNote]')"
  serve_list() { jq '.routers.data |= .[0:10000]' "$FAKE/rest/db_rest/v1/routers" >"$FAKE/rest/fewer" && mv "$FAKE/rest/fewer" "$FAKE/rest/db_rest/v1/routers"; }
  serve_list
  same '[10000,null]' "$(status_field '[(.routers | length), .routersNote]')"
}

@test "what routers call themselves is text of a bounded length, whatever the REST API makes of it" {
  serve_routers '[{"RouterName": "a\u001b[2J\n\u202e", "RouterIP": ["x"], "isConnected": {}, "LastTermCode": "12", "LastTermReason": {"x": 1}, "LastModified": 7},
    {"RouterName": null, "RouterIP": 1, "isConnected": true, "LastTermCode": "x", "LastTermReason": "\u009b"}, 1, [2], "x", null,
    {"RouterName": "'"$(printf '%1000s' x)"'", "RouterIP": "::1", "LastTermCode": 1e999}]'
  same '{"name":"a\u001b[2J\n\u202e","address":"","connected":false,"since":"7","lastTermination":{"code":12,"reason":""}}
{"name":"","address":"1","connected":true,"since":null,"lastTermination":{"code":null,"reason":"\u009b"}}' "$(status_field '.routers[0:2][]' | sed 's/\xe2\x80\xae/\\u202e/; s/\xc2\x9b/\\u009b/')"
  same '[3,255]' "$(status_field '[(.routers | length), (.routers[2].name | length)]')"
}

@test "the host's addresses are told with their interfaces, bridges as such" {
  status_field '.addresses[]' | grep -xF '{"address":"fc00:172:17::1","interface":"docker0","bridge":true}'
  status_field '.addresses[]' | grep -xF '{"address":"2001:db8:1::10","interface":"uplink0","bridge":false}'
}

@test "the text of openbmpd.conf goes to the program, with what is wanted in it" {
  same 'base: {listen_mode: v4v6}' "$(status_field .openbmpdConf | base64 -d | gunzip)"
  same "$WANTED" "$(status_field .wanted)"
}

# changed TEXT [COMMAND…]: the command is what somebody did on the host; all_differ looks for the text.
changed() {
  echo "$1" >>"$FAKE/expected"
  "${@:2}"
}

all_differ() {
  local found text
  found=$(differences)
  while IFS= read -r text; do
    grep -qF -- "$text" <<<"$found" || {
      printf 'not found: %s\namong:\n%s\n' "$text" "$found"
      return 1
    }
  done <"$FAKE/expected"
}

@test "each thing that somebody changed is found, and fixed by the steps" {
  edit() { on_host "$1" | sed "$2" | write_on_host "$1" "$(host stat -c %a "$1")"; }
  changed 'daemon.json: "ipv6" is false, not true' edit "$DAEMON_JSON" s/true/false/
  changed 'daemon.json: "fixed-cidr-v6" is null' edit "$DAEMON_JSON" '/fixed/d; s/,$//'
  changed "the default bridge has no IPv6 prefix, fc00:172:17::/64 is configured" engine Bridge6=
  changed "$CONFIG was changed after the collector read it" host touch -d '+1 hour' "$CONFIG"
  changed "/var/openbmp/config/obmp-mysql-consumer.yml was changed after the collector read it" host touch /var/openbmp/config/obmp-mysql-consumer.yml
  changed "openbmp_aio: it has no restart policy" change_container openbmp_aio RestartPolicy=no
  changed "openbmp-dnat is not as it was written" edit /usr/local/lib/openbmp-aio-ipv6/openbmp-dnat s/RESYNC/SYNC/
  changed "openbmp-dnat is not executable" host chmod -x /usr/local/lib/openbmp-aio-ipv6/openbmp-dnat
  changed "openbmp-close-database is not as it was written" edit /usr/local/lib/openbmp-aio-ipv6/openbmp-close-database 1d
  changed "openbmp-close-database is not executable" host chmod -x /usr/local/lib/openbmp-aio-ipv6/openbmp-close-database
  changed "systemd has not read the current files of docker.service" edit "$DROP_INS/openbmp-aio-ipv6-database.conf" "s/ExecStop=-/ExecStop=/"
  changed "openbmp-aio-ipv6-database.conf is not as it was written"
  changed "dnat.conf is not as it was written" edit /etc/openbmp-aio-ipv6/dnat.conf 's/ALLOWED=(/&::\/0 /'
  changed "$GUARD is not as it was written" edit "/etc/systemd/system/$GUARD" 1d
  changed "$FOLLOW is not as it was written" host rm "/etc/systemd/system/$FOLLOW"
  changed "$GUARD is not enabled" rm "$FAKE/units/$GUARD.enabled"
  changed "$FOLLOW is not active" rm "$FAKE/units/$FOLLOW.active"
  changed "ip6tables: a rule is missing: -A INPUT -j OPENBMP-INPUT" host ip6tables -D INPUT -j OPENBMP-INPUT
  changed "ip6tables: a rule is missing: -A OPENBMP-DNAT ! -i docker0 -p tcp -m tcp --dport 5000" host ip6tables -t nat -F OPENBMP-DNAT
  changed "iptables: a rule is not ours: -A OPENBMP-ALLOW -j RETURN" host iptables -t mangle -I OPENBMP-ALLOW -j RETURN
  changed "uplink0: accept_ra is not 2" host bash -c 'echo 1 >/proc/sys/net/ipv6/conf/uplink0/accept_ra'
  changed "90-openbmp-aio-ipv6.conf is not as it was written" host rm /etc/sysctl.d/90-openbmp-aio-ipv6.conf
  changed 'names the stack "", not openbmp-aio-ipv6/test' host rm "$RECORD/owner"
  all_differ
  differs "openbmp_aio does not run" change_container openbmp_aio Running=false
  host touch "$CONFIG"
  deploy
  same "" "$(differences)"
}

@test "a container that is gone, or another one in its place, is found" {
  differs "openbmp_aio is not the container that was deployed" change_container openbmp_aio Id=another
  differs "openbmp_aio was created from other settings" change_container openbmp_aio 'Labels={"openbmp-aio-ipv6.spec": "other"}'
  change_container openbmp_aio 'Labels={}' Image=other:1
  same '{"what":"openbmp_aio: it runs the image other:1, not openbmp/aio:latest","cure":"it is not ours: fix it, or set replaceContainer to true to back it up and replace it"}' \
    "$(status_field '.differences[] | select(.cure)')"
  differs "there is no container openbmp_aio" rm "$FAKE/containers/openbmp_aio"
}

@test "firewalld that somebody made strict since is found, with what to do" {
  host mkdir -p /etc/firewalld
  host bash -c 'echo StrictForwardPorts=yes >/etc/firewalld/firewalld.conf'
  touch "$FAKE/units/firewalld.service.active"
  same '{"what":"firewalld runs with StrictForwardPorts=yes, which drops what is forwarded to containers","cure":"set it to no in \"/etc/firewalld/firewalld.conf\" and reload firewalld"}' \
    "$(status_field '.differences[]')"
}

@test "on a network of its own, that network is inspected, and daemon.json is the user's alone" {
  DOCKER_NETWORK=dedicated NETWORK_PREFIX=fc00:172:18::/64 FIXED_CIDR_V6=fc00:172:18::/64 CONTAINER_IPV6=fc00:172:18::5000
  deploy
  same "" "$(differences)"
  same '["openbmp_aio","fc00:172:18::5000"]' "$(status_field '[.container.network, .container.ipv6Address]')"
  write_on_host "$DAEMON_JSON" <<<'{"ipv6": true, "fixed-cidr-v6": "2001:db8:9::/64"}'
  same "" "$(differences)"
  differs "the Docker network openbmp_aio does not exist, or has not fc00:172:18::/64" host rm "$FAKE/networks/openbmp_aio"
  host ip link del openbmp0
  deploy
  same "" "$(differences)"
}

@test "forwarding that somebody switched off is found; docker-proxy needs none" {
  differs "net.ipv6.conf.all.forwarding is 0" host bash -c 'echo 0 >/proc/sys/net/ipv6/conf/all/forwarding'
  MODE=proxy
  run ! eval 'differences | grep forwarding'
}

@test "a file that no step fixes is found with what to do first" {
  write_on_host "$DAEMON_JSON" <<<'not json'
  same '{"what":"/etc/docker/daemon.json is not a JSON object: fix it or move it away","cure":"fix it there first"}' "$(status_field '.differences[0]')"
  host ln -sf /dev/null "$CONFIG"
  differences | grep -xF "$CONFIG must be a regular file, it is a symbolic link: put the file itself there"
  same null "$(status_field .openbmpdConf)"
  host rm "$CONFIG"
  differences | grep -xF "$CONFIG is not there: run again, which copies the file of the image"
  same null "$(status_field .openbmpdConf)"
}

@test "an engine that does not answer ends the inspection" {
  touch "$FAKE/engine-down"
  step_refuses "no Docker engine answers" status inspect
}
