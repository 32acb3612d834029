#!/usr/bin/env bats
# Step aio-container: created, adopted or refused, backed up, and restored.

load helper

setup() {
  open_host
  host_has 8192000
}
teardown() { close_host; }

# refused_for TEXT PROPERTY=VALUE…
refused_for() {
  local text=$1
  shift
  fitting_container "$@"
  step_refuses "does not fit ($text): set replaceContainer to true" aio-container
}

@test "the container is created with its volumes, ports and policy, and not started" {
  step_succeeds aio-container
  calls 'docker create' >"$FAKE/argv"
  # Open files are limited where the machine lets root raise the limit.
  sed -E 's,/dev/fd/[0-9]+,FILE,g; s,--ulimit nofile=65536:65536 ,,' "$FAKE/argv" >"$FAKE/normal"
  same "docker create --name openbmp_aio --hostname openbmp-aio --restart unless-stopped --label-file FILE \
--volume /var/openbmp/config:/config --volume /var/openbmp/mysql:/data/mysql --publish 0.0.0.0:5000:5000 --publish [::]:5000:5000 --publish 0.0.0.0:8001:8001 --publish [::]:8001:8001 \
--sysctl=net.ipv4.tcp_keepalive_time=180 --sysctl=net.ipv4.tcp_keepalive_intvl=30 --sysctl=net.ipv4.tcp_keepalive_probes=5 \
--cap-drop MKNOD --stop-timeout 3 --log-opt=max-size=10m --log-opt=max-file=5 --env-file FILE openbmp/aio:latest" \
    "$(cat "$FAKE/normal")"
  same false "$(container openbmp_aio Running)"
  host test -d /var/openbmp/config -a -d /var/openbmp/mysql
  same "$(container openbmp_aio Id)" "$(jq -r .containerId <<<"$output")"
}

@test "an image for another architecture is refused before anything is made" {
  echo arm64 >"$FAKE/image-architecture"
  step_refuses "the image openbmp/aio:latest is for arm64, and the host's engine runs on amd64: set image to one for amd64" aio-container
  not_called 'docker create'
}

@test "other ports on the host lead to the same ones inside" {
  BMP_PORT=15000 REST_PORT=18001
  step_succeeds aio-container
  [[ $(calls 'docker create') == *"--publish 0.0.0.0:15000:5000 --publish [::]:15000:5000 --publish 0.0.0.0:18001:8001 --publish [::]:18001:8001"* ]]
}

@test "the limit of open files is set where root may, and left alone where not" {
  printf '#!/bin/bash\nPATH=${PATH#*:}\nulimit() { [ -e "$FAKE/may-raise" ]; }\nexport -f ulimit\nexec setsid "$@"\n' >"$FAKE/bin/setsid"
  chmod +x "$FAKE/bin/setsid"
  step_succeeds aio-container
  not_called 'docker create .*--ulimit'
  rm "$FAKE/containers/openbmp_aio"
  touch "$FAKE/may-raise"
  step_succeeds aio-container
  [[ $(calls 'docker create' | tail -n 1) == *" --ulimit nofile=65536:65536 "* ]]
}

@test "a log whose driver or size somebody chose for the whole engine is left alone" {
  engine LoggingDriver=journald
  step_succeeds aio-container
  not_called 'docker create .*--log-'
  rm "$FAKE/containers/openbmp_aio"
  engine LoggingDriver=json-file
  write_on_host "$DAEMON_JSON" <<<'{"log-opts": {"max-size": "1g"}}'
  step_succeeds aio-container
  not_called 'docker create .*--log-'
  rm "$FAKE/containers/openbmp_aio"
  write_on_host "$DAEMON_JSON" <<<'{"log-opts": {"labels": "x"}}'
  step_succeeds aio-container
  [[ $(calls 'docker create' | tail -n 1) == *" --log-opt=max-size=10m --log-opt=max-file=5 "* ]]
}

@test "what the daemon does with logs is no reason for another container" {
  step_succeeds aio-container
  engine LoggingDriver=journald
  step_succeeds aio-container
  says "openbmp_aio exists and fits"
}

# memory KILOBYTES: what a new container gets on a host with so many.
memory() {
  rm -f "$FAKE/containers/openbmp_aio"
  host_has "$1"
  step_succeeds aio-container
  container openbmp_aio Env | jq -r '.[] | select(startswith("MEM="))'
}

@test "without memoryGb the image gets the host's memory less 4 GB, 3 at least, and nothing on a host that has less" {
  same MEM=11 "$(memory 15900000)"
  same MEM=4 "$(memory 8192000)"
  same MEM=3 "$(memory 8191999)"
  same MEM=3 "$(memory 3072000)"
  same "" "$(memory 3071999)"
}

@test "what followed from the host's memory is kept when the host reports another figure, until the container is made anew" {
  step_succeeds aio-container
  local before
  before=$(container openbmp_aio Id)
  host_has 16384000
  step_succeeds aio-container
  same "$before" "$(container openbmp_aio Id)"
  host_has 4096000
  step_succeeds aio-container
  same "$before" "$(container openbmp_aio Id)"
  # The image would refuse to start.
  host_has 4095999
  step_succeeds aio-container
  same '["MEM=3","KAFKA_FQDN=localhost"]' "$(container openbmp_aio Env)"
  host_has 16384000
  ADMIN_ID=other
  step_succeeds aio-container
  same '["MEM=12","KAFKA_FQDN=localhost","ADMIN_ID=other"]' "$(container openbmp_aio Env)"
  MEMORY_GB=5
  step_succeeds aio-container
  same '["KAFKA_FQDN=localhost","MEM=5","ADMIN_ID=other"]' "$(container openbmp_aio Env)"
  # Without the key it follows from the memory again.
  MEMORY_GB=''
  step_succeeds aio-container
  same '["MEM=12","KAFKA_FQDN=localhost","ADMIN_ID=other"]' "$(container openbmp_aio Env)"
}

@test "the variables reach the container, the user's own last" {
  MEMORY_GB=6 ADMIN_ID=col1
  ENVIRONMENT=('ENABLE_RPKI=1' 'QUOTED=it'\''s "here" $HOME = 1' 'ADMIN_ID=mine')
  step_succeeds aio-container
  same '["KAFKA_FQDN=localhost","MEM=6","ADMIN_ID=col1","ENABLE_RPKI=1","QUOTED=it'\''s \"here\" $HOME = 1","ADMIN_ID=mine"]' \
    "$(container openbmp_aio Env)"
}

# spec: a digest of what the container was made from.
spec() { container openbmp_aio Labels | jq -r '.["openbmp-aio-ipv6.spec"]'; }

@test "Kafka and MySQL are published where they are asked for, and the broker's name stands for the container itself" {
  local before
  step_succeeds aio-container
  before=$(spec)
  not_called add-host
  OUTSIDE_PORTS=(kafka mysql) KAFKA_FQDN=kafka.example.net
  step_succeeds aio-container
  [[ $(calls 'docker create' | tail -n 1) == *"--publish 0.0.0.0:5000:5000 --publish [::]:5000:5000 --publish 0.0.0.0:8001:8001 --publish [::]:8001:8001 --publish 0.0.0.0:9092:9092 --publish [::]:9092:9092 --publish 0.0.0.0:3306:3306 --publish [::]:3306:3306 --add-host kafka.example.net:127.0.0.1 "* ]]
  same '["MEM=4","KAFKA_FQDN=kafka.example.net"]' "$(container openbmp_aio Env)"
  step_succeeds aio-container
  says "openbmp_aio exists and fits"
  OUTSIDE_PORTS=() KAFKA_FQDN=localhost
  step_succeeds aio-container
  same "$before" "$(spec)"
}

@test "secrets are on no command line, in no output and in no file of the host" {
  ENVIRONMENT=('MYSQL_ROOT_PASSWORD=very-secret')
  traced_step aio-container
  same '["MEM=4","KAFKA_FQDN=localhost","MYSQL_ROOT_PASSWORD=very-secret"]' "$(container openbmp_aio Env)"
  not_started_with very-secret
  # From a digest a short one could be found by trying.
  not_started_with "$(container openbmp_aio Labels | jq -r '.["openbmp-aio-ipv6.spec"]')"
  [[ $output$stderr != *very-secret* ]]
  run ! host grep -r very-secret /mnt/etc /mnt/var
}

@test "secrets are on no command line where a container is compared, refused or backed up" {
  ENVIRONMENT=('MYSQL_ROOT_PASSWORD=very-secret')
  traced_step aio-container
  fitting_container Env='["KAFKA_FQDN=collector.example.net", "MYSQL_ROOT_PASSWORD=another-secret"]'
  traced_step aio-container
  says "its environment lacks the wanted MYSQL_ROOT_PASSWORD"
  not_started_with very-secret
  not_started_with another-secret
  REPLACE_CONTAINER=true
  traced_step aio-container
  same 0 "$status"
  not_started_with very-secret
  not_started_with another-secret
}

@test "a second run does nothing" {
  step_succeeds aio-container
  local before
  before=$(container openbmp_aio Id)
  step_succeeds aio-container
  says "openbmp_aio exists and fits"
  same "$before" "$(container openbmp_aio Id)"
  same 1 "$(calls 'docker (create|rm|stop|pull|start)' | wc -l)"
}

@test "ours is created again when its settings change, the data directory stays" {
  step_succeeds aio-container
  host touch /var/openbmp/mysql/ibdata1
  change_container openbmp_aio Running=true
  ENVIRONMENT=('ENABLE_RPKI=1')
  step_succeeds aio-container
  same $'docker stop --time 120 openbmp_aio\ndocker rm --volumes openbmp_aio' "$(calls 'docker (stop|rm)')"
  same '["MEM=4","KAFKA_FQDN=localhost","ENABLE_RPKI=1"]' "$(container openbmp_aio Env)"
  host test -e /var/openbmp/mysql/ibdata1
}

@test "ours gets its restart policy back, and stays" {
  step_succeeds aio-container
  local before
  before=$(container openbmp_aio Id)
  change_container openbmp_aio RestartPolicy=no
  step_succeeds aio-container
  says "openbmp_aio has its restart policy again"
  same "$before unless-stopped" "$(container openbmp_aio Id) $(container openbmp_aio RestartPolicy)"
}

@test "ours that somebody took off its network is created again" {
  step_succeeds aio-container
  local before
  before=$(container openbmp_aio Id)
  touch "$FAKE/disconnected"
  step_succeeds aio-container
  [ "$before" != "$(container openbmp_aio Id)" ]
}

@test "cut off between the removal and the creation, the next run creates it" {
  step_succeeds aio-container
  BMP_PORT=15000
  cut_off_at docker 'rm --volumes openbmp_aio' after
  step_is_cut_off aio-container
  step_succeeds aio-container
  [[ $(container openbmp_aio PortBindings) == *15000* ]]
}

@test "an image that is not there is pulled" {
  mv "$FAKE/images"/* "$FAKE/registry"
  step_succeeds aio-container
  same "docker pull --quiet openbmp/aio:latest" "$(calls 'docker pull')"
}

@test "an image of a private registry is pulled with the login, which is gone afterwards" {
  IMAGE=registry.example:5443/team/aio:1 REGISTRY_USER=puller REGISTRY_PASSWORD='a $ecret'
  engine "RegistryPassword=$REGISTRY_PASSWORD"
  cp "$FAKE/images/openbmp%aio:latest" "$FAKE/registry/registry.example:5443%team%aio:1"
  step_succeeds aio-container
  [[ $(calls 'docker .* login') == *" login --username puller --password-stdin registry.example:5443" ]]
  not_called ecret
  same "" "$(host find /run -name 'openbmp-registry*')"
}

@test "the login of Docker Hub names no registry" {
  mv "$FAKE/images"/* "$FAKE/registry"
  REGISTRY_USER=puller REGISTRY_PASSWORD=x
  engine RegistryPassword=x
  step_succeeds aio-container
  [[ $(calls 'docker .* login') == *" --password-stdin" ]]
}

@test "a refused login fails with the engine's reason, and leaves nothing" {
  mv "$FAKE/images"/* "$FAKE/registry"
  REGISTRY_USER=puller REGISTRY_PASSWORD=wrong
  engine RegistryPassword=right
  step_refuses "cannot pull the image openbmp/aio:latest" aio-container
  says unauthorized
  not_called ' pull --quiet|docker create'
  same "" "$(host find /run -name 'openbmp-registry*')"
}

@test "an image that nobody has fails with its name, and nothing is created" {
  rm "$FAKE/images"/*
  step_refuses "cannot pull the image openbmp/aio:latest" aio-container
  not_called 'docker create'
}

@test "a container of the user's that fits is adopted as it is" {
  fitting_container
  step_succeeds aio-container
  says "adopted the existing openbmp_aio, which fits"
  same id-openbmp_aio "$(jq -r .containerId <<<"$output")"
  not_called 'docker (create|rm|stop|update|rename)'
}

@test "a container of the user's that does not fit is refused, each reason named" {
  refused_for "it runs the image other:1, not openbmp/aio:latest" Image=other:1
  refused_for "port 5000 is published as 15000, not 5000" \
    'PortBindings={"5000/tcp": [{"HostIp": "", "HostPort": "15000"}], "8001/tcp": [{"HostIp": "", "HostPort": "8001"}]}'
  refused_for "port 8001 is published as none, not 8001" 'PortBindings={"5000/tcp": [{"HostIp": "", "HostPort": "5000"}]}'
  refused_for "/config is /srv/config, not /var/openbmp/config; /data/mysql is nothing, not /var/openbmp/mysql" \
    'Mounts=[{"Source": "/srv/config", "Destination": "/config"}]'
  refused_for "it is on the network lab, not on the default bridge" NetworkMode=lab
  refused_for "it has no restart policy always or unless-stopped (docker update --restart unless-stopped)" RestartPolicy=on-failure:3
  ADMIN_ID=lab refused_for "its environment lacks the wanted ADMIN_ID" 'Env=["ADMIN_ID=other"]'
  refused_for "its variable REINIT_DB empties the database at every start" 'Env=["KAFKA_FQDN=collector.example.net", "REINIT_DB=1"]'
  not_called 'docker (create|rm|stop|update|rename)'
}

@test "a value that does not fit is not shown: it may be a secret" {
  ENVIRONMENT=('MYSQL_ROOT_PASSWORD=very-secret')
  refused_for "its environment lacks the wanted MYSQL_ROOT_PASSWORD" \
    'Env=["KAFKA_FQDN=collector.example.net", "MYSQL_ROOT_PASSWORD=former-secret"]'
  [[ $stderr != *-secret* ]]
}

@test "several mismatches are named at once" {
  refused_for "it runs the image other:1, not openbmp/aio:latest; it is on the network host, not on the default bridge" \
    Image=other:1 NetworkMode=host
}

@test "replaceContainer backs the user's container up, stopped, its inspection saved for root alone" {
  fitting_container Image=other:1 'Env=["TOKEN=secret"]'
  REPLACE_CONTAINER=true
  step_succeeds aio-container
  same id-openbmp_aio "$(container openbmp_aio.before Id)"
  same "false no" "$(container openbmp_aio.before Running) $(container openbmp_aio.before RestartPolicy)"
  same openbmp/aio:latest "$(container openbmp_aio Image)"
  local saved
  saved=$(host find /var/openbmp -name 'openbmp_aio.before-*.json')
  same 600 "$(host stat -c %a "$saved")"
  same '{"Id":"id-openbmp_aio","image":"other:1","Env":["TOKEN=secret"],"running":true,"policy":"always"}' \
    "$(on_host "$saved" | jq -c '{Id, image: .Config.Image, Env: .Config.Env, running: .State.Running, policy: .HostConfig.RestartPolicy.Name}')"
}

@test "replaceContainer names what the user's container has besides, without values" {
  fitting_container 'Env=["PATH=/usr/bin", "KAFKA_FQDN=elsewhere.example.net", "TOKEN=secret"]' \
    'PortBindings={"5000/tcp": [{"HostIp": "", "HostPort": "5000"}], "9092/tcp": [{"HostIp": "", "HostPort": "19092"}]}' \
    'Mounts=[{"Type": "volume", "Name": "0123abcd", "Source": "/var/lib/docker/volumes/0123abcd/_data", "Destination": "/data/mysql"}, {"Type": "bind", "Source": "/srv/certificates", "Destination": "/certificates"}]'
  REPLACE_CONTAINER=true
  step_succeeds aio-container
  says "which the new one does not get: port 9092/tcp published as 19092; the variable TOKEN; /srv/certificates at /certificates; its own data at /data/mysql, in the volume 0123abcd"
  [[ $stderr != *secret* ]]
}

@test "replaceContainer leaves a container that fits where it is" {
  fitting_container
  REPLACE_CONTAINER=true
  step_succeeds aio-container
  says "adopted the existing"
  not_called 'docker (create|rm|stop|update|rename)'
}

@test "a container that waits under the name of the backup is never overwritten" {
  fitting_container Image=other:1
  has_container openbmp_aio.before
  REPLACE_CONTAINER=true
  step_refuses "a container openbmp_aio.before is already there" aio-container
  not_called 'docker (create|rm|stop|update|rename)'
}

@test "a container of the user's that runs with --rm is never backed up: stopped, it would be gone with its data" {
  fitting_container Image=other:1 AutoRemove=true
  local reason="the container openbmp_aio runs with --rm and does not fit (it runs the image other:1, not openbmp/aio:latest)"
  step_refuses "$reason" aio-container
  REPLACE_CONTAINER=true
  step_refuses "$reason" aio-container
  not_called 'docker (create|rm|stop|update|rename)'
}

@test "a container that somebody starts anew with --rm during the pull is not backed up" {
  fitting_container Image=other:1
  REPLACE_CONTAINER=true
  mv "$FAKE/images"/* "$FAKE/registry"
  cat >"$FAKE/bin/docker" <<STUB
#!/bin/bash
[ "\$1" != pull ] || echo AutoRemove=true >>"$FAKE/containers/openbmp_aio"
PATH=\${PATH#*:} exec docker "\$@"
STUB
  chmod +x "$FAKE/bin/docker"
  step_refuses "the container openbmp_aio runs with --rm and does not fit" aio-container
  not_called 'docker (create|rm|stop|update|rename)'
}

# brought_back_after_removal
brought_back_after_removal() {
  step_succeeds preflight remove
  same openbmp_aio "$(ls "$FAKE/containers")"
  same "id-openbmp_aio other:1 $1 $2" \
    "$(container openbmp_aio Id) $(container openbmp_aio Image) $(container openbmp_aio Running) $(container openbmp_aio RestartPolicy)"
}

@test "the removal brings the container back, with its policy, running if it ran" {
  REPLACE_CONTAINER=true
  fitting_container Image=other:1
  step_succeeds aio-container
  brought_back_after_removal true always
  fitting_container Image=other:1 Running=false RestartPolicy=on-failure:3
  step_succeeds aio-container
  brought_back_after_removal false on-failure:3
}

@test "cut off while the container is backed up, it is still restored as it was" {
  REPLACE_CONTAINER=true
  local where
  for where in 'update --restart no *' 'rename *'; do
    fitting_container Image=other:1
    cut_off_at docker "$where" after
    step_is_cut_off aio-container
    step_succeeds aio-container
    brought_back_after_removal true always
  done
}

@test "cut off while the container is backed up and removed at once, it is restored as it was" {
  REPLACE_CONTAINER=true
  fitting_container Image=other:1
  cut_off_at docker 'stop --time *' after
  step_is_cut_off aio-container
  brought_back_after_removal true always
}

@test "the removal takes ours away and leaves one that was adopted" {
  step_succeeds aio-container
  step_succeeds preflight remove
  same "" "$(ls "$FAKE/containers")"
  host test -d /var/openbmp/config
  fitting_container
  step_succeeds aio-container
  step_succeeds preflight remove
  same openbmp_aio "$(running)"
}
