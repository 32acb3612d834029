#!/usr/bin/env bats
# lib/verification.sh: where the verification comes from, and its waits for a collector that takes its time.
# shellcheck disable=SC2016 # the library's own words, and its variables

load helper
load network

teardown() { [ -z "${HOST_PID:-}" ] || close_network; }

# library_runs TEXT: with the library; what it looks at is a stub, and a sleep
# takes a second that nobody waits for.
library_runs() {
  export CALLS=$BATS_TEST_TMPDIR/calls
  : >"$CALLS"
  cat - >"$BATS_TEST_TMPDIR/script" <<SCRIPT
DOCKER_NETWORK=bridge
. "$HOST_SCRIPTS/lib/verification.sh"
. "$HOST_SCRIPTS/lib/listening.sh"
REST_USER=openbmp REST_PASSWORD=
CONTAINER_PID=\$\$ BMP_PORT=5000 REST_PORT=8001 PAT_ENABLED=true START_DEADLINE=40
SECONDS=0
sleep() { SECONDS=\$((SECONDS + 1)); }
trap 'echo "took \$SECONDS" >&2' EXIT
$1
SCRIPT
  run --separate-stderr bash -euo pipefail "$BATS_TEST_TMPDIR/script"
}

took() { sed -n 's/^took //p' <<<"$stderr"; }

@test "a collector that has its BMP port on IPv6 may take its time with the REST API" {
  library_runs 'listeners() { if [ "$SECONDS" -lt 30 ]; then echo "[::]:5000"; else echo "[::]:5000 *:8001"; fi; }
    wait_for_listeners'
  same 0 "$status"
}

@test "one that has its BMP port on IPv4 only is given up after ten seconds" {
  library_runs 'listeners() { echo "0.0.0.0:5000 [::]:8001"; }
    wait_for_listeners'
  says "container not listening on IPv6: it listens at 0.0.0.0:5000 [::]:8001"
  [ "$(took)" -ge 10 ]
  [ "$(took)" -lt 15 ]
}

@test "seconds on IPv4 before and after a time without the BMP port are not added up" {
  library_runs 'listeners() {
      if [ "$SECONDS" -lt 8 ]; then echo 0.0.0.0:5000
      elif [ "$SECONDS" -lt 12 ]; then echo "[::]:8001"
      elif [ "$SECONDS" -lt 18 ]; then echo "0.0.0.0:5000 [::]:8001"
      else echo "[::]:5000 [::]:8001"; fi
    }
    wait_for_listeners'
  same 0 "$status"
}

# stops_after_logging: of a container that is gone, and wrote what is on stdin
# since the step began, seven seconds ago.
stops_after_logging() {
  cat >"$BATS_TEST_TMPDIR/log"
  library_runs "LOG='$BATS_TEST_TMPDIR/log' SECONDS=7 CONTAINER_PID=none"'
    listeners() { echo "nsenter: cannot open" >&2; }
    docker() { echo "$*" >>"$CALLS"; tail --lines "$(sed -E "s/.*--tail ([0-9]+) .*/\\1/" <<<"$*")" "$LOG"; }
    wait_for_listeners'
}

@test "a file that openbmpd refuses is named with its own words, which are not the last ones" {
  stops_after_logging < <(
    head -c 100000 /dev/zero | tr '\0' x
    printf '\n\e[2Jnot it\n-----| RUNNING |------\n'
    echo 'ERROR: Failed to load the configuration file: yaml-cpp: error at line 4'
    printf '%s\n' 'collector stopped' 'stopping all' 'done' bye
  )
  same 1 "$status"
  says "openbmp-aio-ipv6: the collector does not accept /var/openbmp/config/openbmpd.conf (ERROR: Failed to load the configuration file: yaml-cpp: error at line 4): edit the file"
  [[ $(cat "$CALLS") =~ ^logs\ --since\ ([89]|[1-9][0-9])s\ --tail\ 200\ openbmp_aio$ ]]
}

@test "of what openbmpd says in a line without end, the beginning is shown" {
  stops_after_logging < <(
    printf 'ERROR: Failed to load'
    head -c 1000000 /dev/zero | tr '\0' x
  )
  same 1 "$status"
  says "(ERROR: Failed to loadxxx"
  [ "${#stderr}" -lt 1000 ]
}

@test "of a container that stopped for another reason the last lines are shown" {
  stops_after_logging < <(printf '%s\n' one 'not enough memory' two bye)
  same 1 "$status"
  says "the container stopped: not enough memory two bye"
  [[ $stderr != *nsenter* ]]
}

@test "a container that stopped while a packet was waited for is told as that, not as a datapath" {
  library_runs 'MODE=dnat CONTAINER_PID=none
    docker() { if [[ $* == *"--tail 3 "* ]]; then echo bye; fi; }
    verify_port() { return 1; }
    verify_dnat 2001:db8:1::10'
  same 1 "$status"
  says "openbmp-aio-ipv6: the container stopped: bye"
}

@test "the wait for the ports has an end" {
  library_runs 'listeners() { echo "[::]:5000"; }
    wait_for_listeners'
  says "container not listening on IPv6"
  [ "$(took)" -ge 40 ]
  [ "$(took)" -lt 45 ]
}

# rest_silent_for TRIES: a REST API that accepts and does not answer, so many
# times, each until `timeout` ends it.
rest_silent_for() {
  printf '%s\n' 'verify_port() { echo 2001:db8::1; }
    proxy_answers() { :; }
    proxied_source() { echo 172.17.0.1; }
    ip() {
      echo "$*" >>"$CALLS"
      [[ $* == *timeout* ]] || return 0
      # As the real one, which reads the login that it sends.
      cat >/dev/null
      [ "$(grep -c timeout "$CALLS")" -gt '"$1"' ] || return 124
      printf "HTTP/1.1 200 OK\r\n"
    }'
}

@test "a REST API that accepts before it answers is asked again, with one word about it and one rule for it" {
  local mode
  for mode in dnat proxy; do
    library_runs "$(rest_silent_for 3); verify_$mode 2001:db8::10"
    same "0 HTTP/1.1 200" "$status $(jq -r .restStatus <<<"$output")"
    same "1 4 1" "$(grep -c 'waiting until the REST API answers' <<<"$stderr") $(grep -c timeout "$CALLS") $(grep -c ip6tables "$CALLS")"
  done
}

@test "a REST API that never answers fails the verification with a message, in its time" {
  library_runs "$(rest_silent_for 1000); verify_dnat 2001:db8::10"
  same 1 "$status"
  says "verification failed: REST API at [2001:db8::10]:8001: it accepts connections but does not answer"
  library_runs "$(rest_silent_for 1000); verify_proxy 2001:db8::10"
  same 1 "$status"
  says "verification failed: REST API at [2001:db8::10]:8001: it accepts connections but does not answer"
}

@test "every port at which docker-proxy does not answer is named, before the REST API is waited for" {
  library_runs "$(rest_silent_for 0)"'
    proxy_answers() { false; }
    verify_proxy 2001:db8::10'
  same 1 "$status"
  says "docker-proxy does not answer at [2001:db8::10], port 5000 8001; check"
  library_runs "$(rest_silent_for 0)"'
    proxy_answers() { [ "$2" != 8001 ]; }
    verify_proxy 2001:db8::10'
  says "docker-proxy does not answer at [2001:db8::10], port 8001; check"
  same 0 "$(grep -c timeout "$CALLS")"
}

@test "that docker-proxy answers at one port says nothing of another" {
  open_host
  machine router eth0 1
  serve docker-proxy '' 5000
  run host bash -euo pipefail -c 'DOCKER_NETWORK=bridge
    . "$0/lib/verification.sh"
    trap close_probe EXIT
    open_probe
    proxy_answers "$1" 5000
    ! proxy_answers "$1" 8001' "$HOST_SCRIPTS" "$HOST_ADDRESS"
  same 0 "$status"
}

# collector_with_rest COMMAND…: a collector with its rules, whose REST API is that command.
collector_with_rest() {
  open_host
  docker_bridge
  machine router eth0 1
  container_on_bridge collector 2
  serve collector collector 5000
  in_background ip netns exec collector "$@"
  soon host ip netns exec collector bash -c "ss --no-header --listening --tcp 'sport = :8001' | grep -q ."
  broker '{"advertised": ["localhost", 9092], "topics": {}, "groups": {"g": [["/127.0.0.1", {"openbmp.parsed.router": 6}]]}}' collector
  collector_at "$CONTAINER_ADDRESS"
  touch "$FAKE/units/openbmp-aio-ipv6-dnat.service.active"
  step_succeeds ipv6-dnat
  change_container openbmp_aio "Pid=$(host ip netns pids collector | head -n 1)" "StartedAt=$(date -u -d '+1 minute' +%Y-%m-%dT%H:%M:%SZ)"
  write_on_host /var/openbmp/config/openbmpd.conf <<<'base: {}'
  START_TIMEOUT_SECONDS=30
}

@test "the whole verification, with packets, of a collector whose REST API lets in at the fourth time" {
  collector_with_rest python3 -c '
import socket
server = socket.create_server(("::", 8001), family=socket.AF_INET6)
for answer in [b"", b""] + [b"HTTP/1.0 404 Not Found\r\n\r\n"] + 9 * [b"HTTP/1.0 200 OK\r\n\r\n"]:
    client, _ = server.accept()
    client.recv(1000)
    client.sendall(answer)
    client.close()'
  step_succeeds collector-start
  same "$HOST_ADDRESS HTTP/1.0 200 attached" "$(jq -r '.verification | .sentTo + " " + .restStatus + " " + .consumers' <<<"$output")"
  same 1 "$(grep -c 'waiting until the REST API answers' <<<"$stderr")"
}

@test "of a status line that steers terminals and never ends, the code is taken, and no memory" {
  collector_with_rest python3 "$TESTS/endless-server.py" 8001 'HTTP/1.0 200 \x1b[2J\x9b' 'x'
  ulimit -v 300000
  step_succeeds collector-start
  same '"HTTP/1.0 200"' "$(jq -c .verification.restStatus <<<"$output")"
  same 0 "$(grep -c 'waiting until the REST API answers' <<<"$stderr")"
}

@test "a REST API that answers without an HTTP status has not answered" {
  collector_with_rest python3 "$TESTS/endless-server.py" 8001 'x: HTTP/1.0 401\nHTTP/1.0 401\n'
  START_TIMEOUT_SECONDS=2
  step_refuses "REST API at [$HOST_ADDRESS]:8001: it accepts connections but does not answer" collector-start
}

# refused_with ANSWERS…: a REST API that answers so, and then the last of them again
# and again. The database is a stub that answers DATABASE.
refused_with() {
  library_runs "DATABASE='${DATABASE:-}'"'
    collector_database() { cat >>"$CALLS.sql"; [ -n "$DATABASE" ] && echo "$DATABASE"; }
    ANSWERS=('"$(printf '%q ' "$@")"')
    rest_status() { echo "${ANSWERS[0]}"; }
    request_rest() { status=$(rest_status); [ ${#ANSWERS[@]} -eq 1 ] || ANSWERS=("${ANSWERS[@]:1}"); }
    verify_port() { echo 2001:db8::1; }
    complete_handshakes() { :; }
    verify_dnat 2001:db8::10'
}

@test "any other answer of the REST API is waited over for half a minute, and then said" {
  refused_with 'HTTP/1.1 404' 'HTTP/1.1 503' 'HTTP/1.1 401' 'HTTP/1.1 200'
  same "0 HTTP/1.1 200" "$status $(jq -r .restStatus <<<"$output")"
  refused_with 'HTTP/1.1 503'
  same 1 "$status"
  says "verification failed: REST API at [2001:db8::10]:8001: its answer is HTTP/1.1 503, not 200"
  [ "$(took)" -ge 30 ]
  [ "$(took)" -lt 35 ]
}

@test "of a login that is refused it is said whether the login is wrong or its table is missing" {
  DATABASE=1 refused_with 'HTTP/1.1 401'
  says "the REST API does not accept the login openbmp (HTTP 401): set restUser and restPassword to the login that it has"
  DATABASE=0 refused_with 'HTTP/1.1 401'
  says "its table of logins is missing, as after a first start that was cut off"
  DATABASE='' refused_with 'HTTP/1.1 401'
  says "does not accept the login openbmp (HTTP 401)"
}

# waits: what it said of waits, a line each.
waits() { grep '^waiting until' <<<"$stderr"; }

@test "what a collector that starts still lacks is said every twenty seconds" {
  library_runs 'START_DEADLINE=600
    database_is_being_made() { [ "$SECONDS" -lt 50 ]; }
    listeners() {
      if [ "$SECONDS" -ge 90 ]; then echo "[::]:5000 *:8001"
      elif [ "$SECONDS" -ge 70 ]; then echo "[::]:5000"; fi
    }
    wait_for_listeners'
  same 0 "$status"
  same "waiting until the collector listens on IPv6
waiting until the collector listens on IPv6, 20 s so far: the image makes its database, which at the first start takes minutes
waiting until the collector listens on IPv6, 40 s so far: the image makes its database, which at the first start takes minutes
waiting until the collector listens on IPv6, 60 s so far: the image starts, and openbmpd does not listen at port 5000 yet
waiting until the collector listens on IPv6, 80 s so far: openbmpd listens, and the REST API does not at port 8001 yet" "$(waits)"
}

@test "a database is being made from the first start's begin until the image's mark, or as long as nobody can tell" {
  library_runs 'DATA_DIRECTORY=$BATS_TEST_TMPDIR/mysql FIRST_START=$BATS_TEST_TMPDIR/mysql.first-start
    docker() { return 1; }
    mkdir "$DATA_DIRECTORY"
    tell() { if database_is_being_made; then echo yes; else echo no; fi; }
    tell
    data_identity >"$FIRST_START"
    tell
    touch "$DATA_DIRECTORY/schema-version"
    tell'
  same "0 no yes no" "$status $(xargs <<<"$output")"
}

@test "what the REST API says meanwhile is said every twenty seconds" {
  library_runs 'START_DEADLINE=600
    request() { [ "$SECONDS" -lt 30 ] || status="HTTP/1.1 503"; [ "$SECONDS" -lt 50 ] || status="HTTP/1.1 200"; }
    status=""
    wait_for_rest request'
  same 0 "$status"
  same "waiting until the REST API answers
waiting until the REST API answers, 20 s so far: it accepts connections, and says nothing yet
waiting until the REST API answers, 40 s so far: its answer is HTTP/1.1 503" "$(waits)"
}

@test "whether the broker or its consumers are missing is said every twenty seconds" {
  library_runs 'docker() { echo "172.17.0.2 "; }
    consumer_login_problem() { :; }
    kafka_consumers_attached() { [ "$SECONDS" -ge 50 ]; }
    kafka_advertised() { [ "$SECONDS" -ge 30 ]; }
    verify_consumers'
  same 0 "$status"
  same "waiting until the consumers of the database are attached
waiting until the consumers of the database are attached, 20 s so far: the broker does not answer at port 9092
waiting until the consumers of the database are attached, 40 s so far: the broker answers, and nobody in openbmp_aio reads the topic openbmp.parsed.router yet" "$(waits)"
}

@test "consumers that never come fail the verification, with where the broker sends them" {
  library_runs 'CONSUMER_PATIENCE_SECONDS=20
    docker() { echo "172.17.0.2 "; }
    kafka_consumers_attached() { [ "$SECONDS" -ge "${ATTACHED:-1000}" ]; }
    kafka_advertised() { echo ip-10-0-0-1.ec2.internal:9092; }
    ATTACHED=10 && verify_consumers
    ATTACHED=1000 && verify_consumers'
  same 1 "$status"
  says "waiting until the consumers of the database are attached"
  says "nobody in openbmp_aio reads what routers send, so none gets a row. The broker sends its clients to ip-10-0-0-1.ec2.internal:9092"
  [ "$(took)" -ge 30 ]
  library_runs 'CONSUMER_PATIENCE_SECONDS=2
    docker() { echo "172.17.0.2 "; }
    kafka_consumers_attached() { false; }
    kafka_advertised() { false; }
    verify_consumers'
  says "no Kafka broker answers in openbmp_aio at port 9092"
}

# refused_consumers TEXT: the database takes the password that $ACCOUNTS has, which is
# not the image's own, and nobody reads the routers' topic.
refused_consumers() {
  library_runs "CONSUMERS_FILE='$BATS_TEST_TMPDIR/consumers.yml'"'
    docker() { echo "172.17.0.2 "; }
    database_answer() { echo "$*" >>"$CALLS"; echo "${ANSWER:-no}"; }
    kafka_advertised() { echo localhost:9092; }
    kafka_consumers_attached() { [ "$SECONDS" -ge "${ATTACHED:-1000}" ]; }
    '"$1"'
    verify_consumers'
}

@test "consumers that the database refuses fail the verification soon, with the file that they have a password from" {
  refused_consumers ''
  same 1 "$status"
  says "verification failed: nobody in openbmp_aio reads what routers send, so none gets a row. Its consumers do not read OPENBMP_DB_PASSWORD: without $BATS_TEST_TMPDIR/consumers.yml they have the image's own password, and the database refuses it. Write that file (docs/outside-consumers.md) and run again"
  [ "$(took)" -ge 30 ]
  [ "$(took)" -lt 35 ]
  same "openbmp openbmp" "$(cat "$CALLS")"
  # An image of somebody's own, whose consumers do read it.
  refused_consumers ATTACHED=25
  same 0 "$status"
}

@test "consumers that are not refused, or have a file, or of which it is not known, have their whole time" {
  local what
  for what in ANSWER=yes 'ANSWER=" "' 'touch "$CONSUMERS_FILE"'; do
    refused_consumers "$what; ATTACHED=100"
    same 0 "$status"
    refused_consumers "$what"
    says "The broker sends its clients to localhost:9092: does that name lead to openbmp_aio, from inside? Else its consumers ended: docker logs openbmp_aio"
    [ "$(took)" -ge 120 ]
    rm -f "$BATS_TEST_TMPDIR/consumers.yml"
  done
}

@test "what the container said before it stopped is told in one line of plain text, and not all of it" {
  library_runs 'CONTAINER_PID=none
    listeners() { false; }
    docker() {
      printf "one\e[2J\ntwo\x9b\0\n"
      head -c 100000 /dev/zero | tr "\0" x
    }
    wait_for_listeners'
  same 1 "$status"
  same 4001 "$(head -n 1 <<<"$stderr" | wc -c)"
  says "openbmp-aio-ipv6: the container stopped: one?[2J two? xxx"
}

@test "a container that listens at more addresses than anybody needs does not fill the memory with them" {
  library_runs 'in_container() { seq -f "LISTEN 0 128 [::]:%g *:*" 5000 100000; }
    listeners | wc -w
    listens_on_ipv6 5000 "$(listeners)"'
  same "0 1000" "$status $output"
}

@test "the namespace that the proof comes from is there on a host without sysctl" {
  open_host
  host bash -c '[ -d /mnt/usr.work ] && rm -f "$(command -v sysctl)"'
  host bash -euo pipefail -c '. "$0/lib/probe.sh"; open_probe' "$HOST_SCRIPTS"
  same 0 "$(host ip netns exec openbmp-probe cat /proc/sys/net/ipv6/conf/eth0/disable_ipv6)"
  host ip -n openbmp-probe -6 route show default | grep -F 'via fd6f:626d:7076:3600::1 dev eth0'
}

@test "a port that a rule of the engine's sends to the container, in nftables too, misses none" {
  datapath_problem_with() {
    library_runs "
      DNAT_PROGRAM=echo_where
      echo_where() { echo fc00:172:17::2,native; }
      listeners() { echo '[::]:5000'; }
      send_syn() { :; }
      syn_received() { :; }
      ip6tables() { :; }
      nft() { cat <<'RULES'
$1
RULES
      }
      datapath_problem 2001:db8:1::10 5000 5000"
  }
  rules='	chain nat-prerouting-and-output {
		iifname != "docker0" tcp dport 5000 counter packets 0 bytes 0 dnat to [fc00:172:17::2]:5000 comment "DNAT"
	}
	chain nat-PREROUTING {
		type nat hook prerouting priority dstnat; policy accept;
		fib daddr type local counter packets 0 bytes 0 jump nat-prerouting-and-output'
  datapath_problem_with "$rules"
  [[ $output == "forwarding dropped: "* ]]
  datapath_problem_with "${rules//::2]/::3]}"
  [[ $output == "rule missing: nothing sends port 5000 to [fc00:172:17::2]:5000"* ]]
}

@test "what may drop a packet is named: firewalld with what to change, chains of nftables, and ufw" {
  named_with() {
    library_runs "
      systemctl() { $1; }
      grep() { case \" \$* \" in *StrictForwardPorts*) $2 ;; *ENABLED=yes*) $3 ;; *) command grep \"\$@\" ;; esac; }
      nft() { printf 'table inet mine {\\n\\tchain forward {\\n\\t\\ttype filter hook forward priority 0; policy drop;\\n'; }
      has_legacy_rules() { false; }
      other_filters
      input_remedy 5000 8001"
  }
  named_with false false false
  same ", beginning with inet mine forward (policy drop)" "$output"
  named_with false true true
  same ", beginning with inet mine forward (policy drop); what ufw status verbose shows of routed traffic; ufw is enabled here: ufw allow 5000,8001/tcp" "$output"
  named_with true true false
  same ', beginning with firewalld runs with StrictForwardPorts=yes, which drops what is forwarded to containers: set it to no in "/etc/firewalld/firewalld.conf" and reload firewalld; inet mine forward (policy drop); firewalld runs here: firewall-cmd --permanent --add-port=5000/tcp --add-port=8001/tcp, and firewall-cmd --reload' "$output"
}
