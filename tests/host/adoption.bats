#!/usr/bin/env bats
# lib/adoption.sh and lib/extras.sh: whether a container of the user's can stay,
# and what is said of it before anything is done.
# shellcheck disable=SC2016 # the library's own words

load helper

setup() {
  open_host
  interface eth0 2001:db8:1::10/64
}
teardown() { close_host; }

COMPOSE='"com.docker.compose.project": "lab", "com.docker.compose.service": "aio", "com.docker.compose.config-hash": "x"'

# ports BMP REST [OTHERS]: bindings, each a list of HOST_IP HOST_PORT, in JSON.
ports() { echo "PortBindings={\"5000/tcp\": [$1], \"8001/tcp\": [$2]${3:+, $3}}"; }
at() { echo "{\"HostIp\": \"$1\", \"HostPort\": \"$2\"}"; }

adopted() {
  step_succeeds aio-container
  says "adopted the existing openbmp_aio, which fits"
  not_called 'docker (create|rm|stop|update|rename)'
}

# refused_for TEXT PROPERTY=VALUE…
refused_for() {
  fitting_container "${@:2}"
  step_refuses "does not fit ($1): set replaceContainer to true" aio-container
  not_called 'docker (create|rm|stop|update|rename)'
}

# names_of REFERENCE…: as the library reads them.
names_of() {
  printf '%s\n' "$@" | bash -euo pipefail -c '. "$0/lib/image-name.sh"
    while read -r name; do image_name "$name"; done' "$HOST_SCRIPTS" | sort -u
}

@test "an image has one name, however it is spelled" {
  same docker.io/openbmp/aio:latest \
    "$(names_of openbmp/aio openbmp/aio:latest docker.io/openbmp/aio docker.io/openbmp/aio:latest index.docker.io/openbmp/aio index.docker.io/openbmp/aio:latest)"
  same docker.io/library/aio:1 "$(names_of aio:1 library/aio:1 docker.io/aio:1 docker.io/library/aio:1 index.docker.io/aio:1)"
  same docker.io/openbmp/aio@sha256:0123 "$(names_of openbmp/aio@sha256:0123 docker.io/openbmp/aio@sha256:0123 openbmp/aio:1@sha256:0123)"
  same registry.example:5443/aio:latest "$(names_of registry.example:5443/aio registry.example:5443/aio:latest)"
}

@test "images that are not the same have names that are not" {
  local names=(openbmp/aio openbmp/aio:1 openbmp/aio@sha256:0123 openbmp/aio@sha256:0124 aio localhost/aio localhost:5000/aio registry.example/openbmp/aio
    docker.io.example/openbmp/aio docker.io/a/openbmp/aio openbmp/aio-6)
  same "${#names[@]}" "$(names_of "${names[@]}" | wc -l)"
}

@test "a container from the same image under another spelling of its name is adopted" {
  local name
  for name in openbmp/aio docker.io/openbmp/aio:latest index.docker.io/openbmp/aio; do
    fitting_container "Image=$name"
    adopted
  done
  IMAGE=docker.io/openbmp/aio
  cp "$FAKE/images/openbmp%aio:latest" "$FAKE/images/docker.io%openbmp%aio"
  fitting_container
  adopted
}

@test "a digest is another image than the tag, and than another digest" {
  IMAGE=openbmp/aio@sha256:0123
  cp "$FAKE/images/openbmp%aio:latest" "$FAKE/images/openbmp%aio@sha256:0123"
  refused_for "it runs the image openbmp/aio:latest, not openbmp/aio@sha256:0123"
  refused_for "it runs the image openbmp/aio@sha256:0124, not openbmp/aio@sha256:0123" Image=openbmp/aio@sha256:0124
  fitting_container Image=docker.io/openbmp/aio@sha256:0123
  adopted
}

@test "what the user did not set is not compared, what the user set is" {
  fitting_container 'Env=["PATH=/usr/bin", "KAFKA_FQDN=elsewhere.example.net", "MEM=8", "ADMIN_ID=mine"]'
  adopted
  fitting_container 'Env=["PATH=/usr/bin"]'
  adopted
  MEMORY_GB=8 ADMIN_ID=other
  refused_for "its environment lacks the wanted ADMIN_ID" 'Env=["KAFKA_FQDN=elsewhere.example.net", "MEM=8", "ADMIN_ID=mine"]'
}

@test "Kafka and MySQL, where they are asked for, must be published, under the broker's name inside as well" {
  local both='"9092/tcp": [{"HostIp": "", "HostPort": "9092"}], "3306/tcp": [{"HostIp": "", "HostPort": "3306"}]'
  local named='HostConfig="ExtraHosts": ["KAFKA.example.net:127.0.0.1"]' env='Env=["KAFKA_FQDN=kafka.example.net"]'
  OUTSIDE_PORTS=(kafka mysql) KAFKA_FQDN=kafka.example.net
  fitting_container "$(ports "$(at '' 5000)" "$(at '' 8001)" "$both")" "$named" "$env"
  adopted
  [[ $stderr != *"keeps its port"* ]]
  refused_for "port 9092 is published as none, not 9092; port 3306 is published as none, not 3306" "$named" "$env"
  refused_for "inside it, kafka.example.net does not stand for the container itself (--add-host kafka.example.net:127.0.0.1)" \
    "$(ports "$(at '' 5000)" "$(at '' 8001)" "$both")" "$env"
  refused_for "its environment lacks the wanted KAFKA_FQDN" "$(ports "$(at '' 5000)" "$(at '' 8001)" "$both")" "$named" 'Env=["KAFKA_FQDN=localhost"]'
}

@test "every binding of the two ports counts, with its address" {
  local bmp rest
  bmp=$(at '' 5000) rest=$(at '' 8001)
  refused_for "port 5000 is also published as 1790, where no list holds" "$(ports "$bmp, $(at '' 1790)" "$rest")"
  refused_for "port 5000 is also published as 192.0.2.9:5000, where no list holds" "$(ports "$(at 192.0.2.9 5000), $bmp" "$rest")"
  refused_for "port 8001 is published as 127.0.0.1:8001, not 8001" "$(ports "$bmp" "$(at 127.0.0.1 8001)")"
  refused_for "port 5000 is published as [::1]:5000 and 1790, not 5000; port 8001 is published as none, not 8001" "$(ports "$(at ::1 5000), $(at '' 1790)" "")"
  refused_for "port 8001 is published as a port of Docker's choice, not 8001" "$(ports "$bmp" "$(at '' '')")"
}

@test "all addresses are all addresses, in one binding or in one for each family" {
  local bindings
  for bindings in "$(ports "$(at 0.0.0.0 5000), $(at :: 5000)" "$(at :: 8001), $(at 0.0.0.0 8001)")" "$(ports "$(at 0.0.0.0 5000)" "$(at :: 8001)")"; do
    fitting_container "$bindings"
    adopted
  done
}

@test "other ports of one that is adopted stay, and are named with what that means, where others than the host can reach them" {
  fitting_container "$(ports "$(at '' 5000)" "$(at '' 8001)" "\"3306/tcp\": [$(at '' 3306)], \"9092/tcp\": [$(at 127.0.0.1 9092), $(at 192.0.2.9 19092)], \"2181/tcp\": [$(at ::1 2181)]")" \
    'HostConfig="PublishAllPorts": true'
  adopted
  same 'openbmp_aio keeps its port 3306/tcp published as 3306:
openbmp_aio keeps its port 9092/tcp published as 192.0.2.9:19092:
openbmp_aio keeps its port of its image, all of them (--publish-all):' "$(grep -o 'openbmp_aio keeps.*:' <<<"${stderr//: Docker/:
Docker}")"
  says "published as 3306: Docker lets everybody in there, on engines before 27 over IPv6 by docker-proxy, and no allow list holds for it: mysqlAllowedCidrs would be one"
  step_succeeds preflight
  says "openbmp_aio keeps its port 3306/tcp published as 3306: Docker lets everybody in there"
}

@test "one with nothing besides is backed up without a word about it" {
  fitting_container Image=other:1 RestartPolicy=unless-stopped Hostname=id-openbmp_a
  REPLACE_CONTAINER=true
  step_succeeds preflight
  same "" "$stderr"
  step_succeeds aio-container
  [[ $stderr != *besides* ]]
}

@test "everything that a new container does not get is named, before it is backed up, and no value that may be secret" {
  fitting_container Image=other:1 RestartPolicy=always Hostname=mine \
    'Env=["PATH=/usr/bin", "KAFKA_FQDN=collector.example.net", "TOKEN=hidden-text"]' \
    "$(ports "$(at '' 5000)" "$(at '' 8001)" "\"9092/tcp\": [$(at '' 19092), $(at 127.0.0.1 9092)]")" \
    "Labels={\"maintainer\": \"somebody\", \"key\": \"hidden-text\", $COMPOSE}" \
    'Networks="lab": {"IPAMConfig": {"IPv4Address": "192.0.2.9"}}' \
    'Config="Domainname": "d", "User": "1000", "Tty": true, "OpenStdin": true, "WorkingDir": "/tmp", "Entrypoint": ["/bin/hidden-text"], "Cmd": ["hidden-text"],
      "Healthcheck": {"Test": ["CMD-SHELL", "hidden-text"]}, "StopSignal": "SIGINT", "StopTimeout": 5, "MacAddress": "02:42:ac:11:00:09"' \
    'HostConfig="Privileged": true, "SecurityOpt": ["no-new-privileges", "seccomp={hidden-text}", "label=disable"], "CapAdd": ["NET_ADMIN"], "CapDrop": ["MKNOD", "CHOWN"],
      "ReadonlyRootfs": true, "Devices": [{"PathOnHost": "/dev/null", "PathInContainer": "/dev/x", "CgroupPermissions": "rwm"}], "DeviceCgroupRules": ["c 1:3 r"],
      "DeviceRequests": [{"Driver": "nvidia", "Count": -1}], "GroupAdd": ["5"], "Sysctls": {"net.ipv4.tcp_keepalive_time": "180", "net.ipv4.tcp_keepalive_intvl": "75", "net.core.somaxconn": "9"},
      "Ulimits": [{"Name": "nofile", "Hard": 2048, "Soft": 1024}], "LogConfig": {"Type": "splunk", "Config": {"splunk-token": "hidden-text"}},
      "ExtraHosts": ["a.example:127.0.0.1"], "Dns": ["192.0.2.53"], "DnsSearch": ["example"], "DnsOptions": ["ndots:2"], "Links": ["/db:/db"], "PidMode": "host",
      "IpcMode": "host", "UTSMode": "host", "UsernsMode": "host", "CgroupnsMode": "private", "Runtime": "runsc", "Init": true, "Tmpfs": {"/x": ""},
      "Memory": 1024, "MemorySwap": 1025, "MemoryReservation": 3, "MemorySwappiness": 4, "OomKillDisable": true, "OomScoreAdj": 5, "ShmSize": 6,
      "NanoCpus": 1500000000, "CpuShares": 7, "CpuPeriod": 8, "CpuQuota": 9, "CpuRealtimePeriod": 10, "CpuRealtimeRuntime": 11, "CpusetCpus": "0", "CpusetMems": "1",
      "BlkioWeight": 12, "BlkioWeightDevice": [{"Path": "/dev/a", "Weight": 1}], "BlkioDeviceReadBps": [{"Path": "/dev/b", "Rate": 1}],
      "BlkioDeviceWriteBps": [{"Path": "/dev/c", "Rate": 1}], "BlkioDeviceReadIOps": [{"Path": "/dev/d", "Rate": 1}], "BlkioDeviceWriteIOps": [{"Path": "/dev/e", "Rate": 1}],
      "PidsLimit": 99, "CgroupParent": "/p", "StorageOpt": {"size": "1"}, "Annotations": {"a": "hidden-text"}'
  local named="openbmp_aio has besides, which the new one does not get: port 9092/tcp published as 19092; port 9092/tcp published as 127.0.0.1:9092; the variable TOKEN; --tmpfs /x; --privileged; \
--cap-add NET_ADMIN; --cap-drop CHOWN; --security-opt no-new-privileges; --security-opt seccomp; --read-only; --device /dev/null; --device-cgroup-rule c 1:3 r; --gpus nvidia; \
--group-add 5; --sysctl net.core.somaxconn; --sysctl net.ipv4.tcp_keepalive_intvl; --ulimit nofile; --log-driver splunk; --log-opt splunk-token; --add-host a.example:127.0.0.1; --dns 192.0.2.53; --dns-search example; \
--dns-option ndots:2; --link /db:/db; --mac-address 02:42:ac:11:00:09; the network lab; --ip 192.0.2.9; --pid host; --ipc host; --uts host; --userns host; --cgroupns private; --runtime runsc; \
--init; --memory 1024; --memory-reservation 3; --memory-swap 1025; --memory-swappiness 4; --oom-kill-disable; --oom-score-adj 5; --shm-size 6; --cpus 1.5; --cpu-shares 7; --cpu-period 8; \
--cpu-quota 9; --cpu-rt-period 10; --cpu-rt-runtime 11; --cpuset-cpus 0; --cpuset-mems 1; --blkio-weight 12; --blkio-weight-device /dev/a; --device-read-bps /dev/b; --device-write-bps /dev/c; \
--device-read-iops /dev/d; --device-write-iops /dev/e; --pids-limit 99; --cgroup-parent /p; --storage-opt size; --annotation a; --label key; --restart always; --hostname mine; --domainname d; \
--tty; --interactive; --stop-timeout 5; --user 1000; --workdir /tmp; --stop-signal SIGINT; another entrypoint; another command; another health check"
  step_refuses "set replaceContainer to true to back it up and replace it, or fix it. openbmp_aio is of the docker compose project \"lab\" (service \"aio\"), " preflight
  says "$named"
  [[ $stderr != *hidden-text* ]]
  REPLACE_CONTAINER=true
  step_succeeds preflight
  says "$named"
  traced_step aio-container
  same 0 "$status"
  says "$named"
  [[ $stderr != *hidden-text* ]]
  not_started_with hidden-text
}

@test "what the image or daemon.json gives to every container is not named" {
  write_on_host "$DAEMON_JSON" <<<'{"log-opts": {"max-size": "10m", "max-file": "3"}, "default-ulimits": {"nofile": {"Name": "nofile", "Hard": 1, "Soft": 1}}}'
  fitting_container Image=other:1 RestartPolicy=unless-stopped Hostname=openbmp-aio \
    'HostConfig="LogConfig": {"Type": "json-file", "Config": {"max-size": "10m", "max-file": "5"}}, "Ulimits": [{"Name": "nofile", "Hard": 1, "Soft": 1}, {"Name": "core", "Hard": 1, "Soft": 1}],
      "PidsLimit": -1, "MemorySwappiness": -1, "Memory": 5, "MemorySwap": 10, "Privileged": true, "SecurityOpt": ["label=disable"]' \
    'Labels={"maintainer": "somebody"}' 'Config="Entrypoint": [], "StopSignal": null'
  REPLACE_CONTAINER=true
  # The engine has loaded that.
  engine "EngineStarted=$(($(date +%s) + 60))"
  step_succeeds preflight
  says "which the new one does not get: --privileged; --ulimit core; --log-opt max-file; --memory 5"
  same 1 "$(wc -l <<<"$stderr")"
}

@test "what a new container gets by itself is not named" {
  fitting_container Image=other:1 RestartPolicy=unless-stopped Hostname=openbmp-aio 'Env=["KAFKA_FQDN=x", "MEM=2", "PATH=/usr/bin"]' 'Config="Entrypoint": []' \
    'HostConfig="LogConfig": {"Type": "json-file", "Config": {"max-size": "10m", "max-file": "5"}}, "Ulimits": [{"Name": "nofile", "Hard": 65536, "Soft": 65536}],
      "CapDrop": ["MKNOD"], "Sysctls": {"net.ipv4.tcp_keepalive_time": "180", "net.ipv4.tcp_keepalive_intvl": "30", "net.ipv4.tcp_keepalive_probes": "5"}'
  REPLACE_CONTAINER=true
  step_succeeds preflight
  same "" "$stderr"
  engine LoggingDriver=local
  step_succeeds preflight
  says "which the new one does not get: --log-driver json-file; --log-opt max-file; --log-opt max-size"
}

@test "of a container whose image is gone nothing is said that only the image knows" {
  touch "$FAKE/no-image"
  fitting_container Image=other:1 RestartPolicy=unless-stopped Hostname=openbmp-aio 'Env=["KAFKA_FQDN=x"]'
  REPLACE_CONTAINER=true
  step_succeeds preflight
  same "" "$stderr"
}

@test "one of docker compose's is named with its project before it is backed up, and what compose would do" {
  fitting_container Image=other:1 RestartPolicy=unless-stopped Hostname=openbmp-aio "Labels={$COMPOSE}"
  local warning='openbmp_aio is of the docker compose project "lab" (service "aio"), which knows it by its labels, also under another name: once it is backed up, "docker compose up" starts or removes it, "docker compose down" removes it, and destroy cannot restore it. Take the service out of the compose file first'
  step_refuses "$warning" preflight
  REPLACE_CONTAINER=true
  step_succeeds preflight
  same "$warning" "$stderr"
  step_succeeds aio-container
  same "$warning" "$(head -n 1 <<<"$stderr")"
}

@test "one of docker compose's that is adopted is named with its project, too" {
  fitting_container "Labels={$COMPOSE}"
  adopted
  says 'openbmp_aio is of the docker compose project "lab" (service "aio"): after a change of its file "docker compose up" makes another one in its place'
}

@test "one that compose removed in the meantime cannot come back, and destroy does not say that all is as before" {
  fitting_container Image=other:1
  REPLACE_CONTAINER=true
  step_succeeds aio-container
  rm "$FAKE/containers/openbmp_aio.before"
  step_succeeds preflight remove
  says "the original container is no longer there as openbmp_aio.before, so nothing is restored: read what it was made of in /var/openbmp/openbmp_aio.before-"
  says "otherwise the host is as before the first deployment"
}

@test "ours is never taken for one of the user's" {
  step_succeeds aio-container
  step_succeeds preflight
  same "" "$stderr"
}
