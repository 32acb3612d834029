#!/usr/bin/env bats
# Step collector-start: one start, on the current configuration, and on data
# that belongs to the PAT value.
# shellcheck disable=SC2030,SC2031 # each test changes its own copy

load helper
load network

DATA=/var/openbmp/mysql
MARKER=/var/openbmp/mysql.pat_enabled

setup() {
  open_host
  VERIFY=false
  has_container openbmp_aio Running=false GlobalIPv6Address=fc00:172:17::2
  step_succeeds ipv6-dnat
  : >"$FAKE/calls"
  write_on_host /var/openbmp/config/openbmpd.conf <<<'base: {}'
  host mkdir -p "$DATA"
}
teardown() { close_network; }

starts() { calls 'docker start openbmp_aio' | wc -l; }
stops() { calls 'docker stop .*openbmp_aio' | wc -l; }

# Started as the current configuration wants it, with a database.
deployed() {
  step_succeeds collector-start
  write_on_host "$DATA/ibdata1" 640 <<<rows
  host chown 27:27 "$DATA"
  host chmod 750 "$DATA"
  : >"$FAKE/calls"
}

backups() { host find /var/openbmp -maxdepth 1 -name 'mysql.before-*'; }

@test "a stopped collector is started once, and the PAT value of its data is recorded" {
  step_succeeds collector-start
  same 1 "$(starts)"
  same false "$(on_host "$MARKER")"
  same '"not asked"' "$(jq '.verification // "not asked"' <<<"$output")"
}

@test "one that ends at each start is told with its last words, whenever it is looked at" {
  # As Docker has it between two starts: it runs, without a process and without an address.
  change_container openbmp_aio Pid=0 GlobalIPv6Address=
  step_refuses "the container stopped: KAFKA_FQDN is not set" collector-start
  change_container openbmp_aio Running=false "Pid=$HOST_PID"
  step_refuses "verification failed: engine without IPv6" collector-start
}

@test "one that runs on its present configuration is left alone" {
  deployed
  step_succeeds collector-start
  same "0 0" "$(starts) $(stops)"
}

@test "one that read a former openbmpd.conf is started once more" {
  deployed
  host touch -d '+1 hour' /var/openbmp/config/openbmpd.conf
  step_succeeds collector-start
  same "1 1" "$(starts) $(stops)"
}

@test "one whose consumers' file came later, or changed, is started once more, and once only" {
  deployed
  write_on_host /var/openbmp/config/obmp-mysql-consumer.yml 600 <<<'mysql: {password: own}'
  step_succeeds collector-start
  same "1 1" "$(starts) $(stops)"
  step_succeeds collector-start
  same "1 1" "$(starts) $(stops)"
}

@test "another PAT value without purgeStaleData leaves the data, and says what that means" {
  deployed
  PAT_ENABLED=true
  step_succeeds collector-start
  says "pat_enabled changes from false to true: every router gets a new entry"
  same rows "$(on_host "$DATA/ibdata1")"
  same "" "$(backups)"
  same true "$(on_host "$MARKER")"
  # That was the change: from then on there is nothing to purge.
  PURGE_STALE_DATA=true
  step_succeeds collector-start
  says "purgeStaleData: the data belongs to pat_enabled true already, nothing to purge"
  same rows "$(on_host "$DATA/ibdata1")"
}

@test "another PAT value with purgeStaleData backs the data up, exactly once" {
  deployed
  PAT_ENABLED=true PURGE_STALE_DATA=true
  step_succeeds collector-start
  same "1 1" "$(starts) $(stops)"
  same rows "$(on_host "$(backups)/ibdata1")"
  same "27:27 750 0" "$(host stat -c '%u:%g %a' "$DATA") $(host find "$DATA" -mindepth 1 | wc -l)"
  says "the original database is in $(backups)"
  write_on_host "$DATA/ibdata1" <<<new
  step_succeeds collector-start
  same new "$(on_host "$DATA/ibdata1")"
  same 1 "$(backups | wc -l)"
}

@test "cut off anywhere, the purge is finished by the next run, once, and nothing is lost" {
  local where when
  for where in 'docker stop*' 'mv*mysql.before-*' 'mv*mysql.fresh*' 'mv*mysql.pat_enabled' 'docker start*'; do
    for when in '' after; do
      host bash -c 'rm -rf /var/openbmp/mysql*'
      host mkdir -p "$DATA"
      change_container openbmp_aio Running=false
      PAT_ENABLED=false PURGE_STALE_DATA=false
      deployed
      PAT_ENABLED=true PURGE_STALE_DATA=true
      cut_off_at "${where%%[ *]*}" "*${where#*[ *]}" $when
      step_is_cut_off collector-start || {
        echo "not cut off: $where $when"
        return 1
      }
      step_succeeds collector-start
      same openbmp_aio "$(running)"
      same rows "$(on_host "$(backups)/ibdata1")"
      same "true 27:27 750 0" "$(on_host "$MARKER") $(host stat -c '%u:%g %a' "$DATA") $(host find "$DATA" -mindepth 1 | wc -l)"
    done
  done
}

@test "data behind a symbolic link is not purged, and the collector is not stopped" {
  deployed
  host mv "$DATA" /var/openbmp/elsewhere
  host ln -s elsewhere "$DATA"
  PAT_ENABLED=true PURGE_STALE_DATA=true
  step_refuses "$DATA is reached through a symbolic link (/var/openbmp/elsewhere): nothing was moved" collector-start
  same "0 rows" "$(stops) $(on_host /var/openbmp/elsewhere/ibdata1)"
}

@test "data on a mount of its own is not purged, and the collector is not stopped" {
  deployed
  host mount -t tmpfs tmpfs "$DATA"
  write_on_host "$DATA/ibdata1" <<<rows
  PAT_ENABLED=true PURGE_STALE_DATA=true
  step_refuses "$DATA is a mount point and cannot be moved: nothing was moved" collector-start
  same "0 rows" "$(stops) $(on_host "$DATA/ibdata1")"
}

@test "without data there is nothing to back up" {
  step_succeeds collector-start
  PAT_ENABLED=true PURGE_STALE_DATA=true
  step_succeeds collector-start
  same "" "$(backups)"
  same true "$(on_host "$MARKER")"
}

FIRST_START=/var/openbmp/mysql.first-start

# half_a_database: what a first start left that was cut off.
half_a_database() {
  write_on_host "$DATA/ibdata1" <<<half
  write_on_host "$DATA/openBMP/routers.frm" <<<half
}

cut_off() { host find /var/openbmp -maxdepth 1 -name 'mysql.cut-off*'; }

@test "a first start is marked, and one that was cut off is backed up and begun again, with one copy kept" {
  local round
  for round in first second; do
    step_succeeds collector-start
    half_a_database
    host touch "$DATA/$round"
    change_container openbmp_aio Running=false
    : >"$FAKE/calls"
    step_succeeds collector-start
    says "the first start of the database was cut off and left a part that is never completed: it is in /var/openbmp/mysql.cut-off"
    same "1 /var/openbmp/mysql.cut-off half" "$(starts) $(cut_off) $(on_host /var/openbmp/mysql.cut-off/ibdata1)"
    host test -e "/var/openbmp/mysql.cut-off/$round"
    same 0 "$(host find "$DATA" -mindepth 1 | wc -l)"
    change_container openbmp_aio Running=false
    host bash -c 'rm -rf /var/openbmp/mysql/*'
  done
}

# image_without_mark: as images were until 2017.
image_without_mark() {
  echo 'echo "Error response from daemon: Could not find the file /usr/local/schema-version in container openbmp_aio" >&2; exit 1' >"$FAKE/on-mark"
}

@test "a database that is marked as whole, that is another one, or that we did not start is not touched" {
  step_succeeds collector-start
  half_a_database
  write_on_host "$DATA/schema-version" <<<SCHEMA_VERSION=1.23
  change_container openbmp_aio Running=false
  step_succeeds collector-start
  same "" "$(cut_off)"
  host rm "$DATA/schema-version"
  # Another directory, as after a restored backup.
  host bash -c 'cp -a "$0" "$0.copy"; rm -rf "$0"; mkdir "$0.other"; mv "$0.copy" "$0"' "$DATA"
  change_container openbmp_aio Running=false
  step_succeeds collector-start
  same "" "$(cut_off)"
  host rm -f "$FIRST_START"
  change_container openbmp_aio Running=false
  step_succeeds collector-start
  same "half " "$(on_host "$DATA/ibdata1") $(cut_off)"
}

@test "a first start that was cut off in its imports, with its logins there, is backed up as well, whether the collector runs or not" {
  local running
  for running in false true; do
    change_container openbmp_aio Running=false
    step_succeeds collector-start
    half_a_database
    write_on_host "$DATA/openBMP/users.frm" <<<whole
    # Runs again by its restart policy, on what there is.
    change_container openbmp_aio "Running=$running"
    [ "$running" = false ] || hold_rest
    : >"$FAKE/calls"
    step_succeeds collector-start
    says "the first start of the database was cut off"
    same "/var/openbmp/mysql.cut-off 0" "$(cut_off) $(host find "$DATA" -mindepth 1 | wc -l)"
    same "$([ "$running" = true ] && echo 1 || echo 0) 1" "$(stops) $(starts)"
    host rm -rf /var/openbmp/mysql.cut-off
  done
}

# hold_rest: the collector is waited for.
hold_rest() {
  HELD_PORTS=(rest)
  step_succeeds ipv6-dnat
  serve collector '' 5000 8001
}

@test "by an image without a mark, a database without logins was cut off, and any other is whole" {
  image_without_mark
  hold_rest
  step_succeeds collector-start
  half_a_database
  write_on_host "$DATA/openBMP/users.frm" <<<whole
  echo openbmp:openbmp >"$FAKE/accounts"
  echo 1 >"$FAKE/rows"
  step_succeeds collector-start
  same 'SELECT COUNT(*) FROM users;' "$(cat "$FAKE/sql")"
  same "" "$(cut_off)"
  # Of a database that does not answer, what is in a table is not known.
  change_container openbmp_aio Running=false
  echo 0 >"$FAKE/rows"
  rm "$FAKE/accounts"
  step_succeeds collector-start
  same "" "$(cut_off)"
  echo openbmp:openbmp >"$FAKE/accounts"
  : >"$FAKE/calls"
  step_succeeds collector-start
  same "1 1 /var/openbmp/mysql.cut-off 0" "$(stops) $(starts) $(cut_off) $(host find "$DATA" -mindepth 1 | wc -l)"
  # Its table is not there yet.
  half_a_database
  change_container openbmp_aio Running=false
  step_succeeds collector-start
  says "the first start of the database was cut off"
}

@test "where it is not known what the image has, nothing is touched, and Docker's words are said" {
  step_succeeds collector-start
  half_a_database
  write_on_host "$DATA/openBMP/users.frm" <<<whole
  change_container openbmp_aio Running=false
  echo 'echo "Error response from daemon: no space left on device" >&2; exit 1' >"$FAKE/on-mark"
  : >"$FAKE/calls"
  step_refuses "Docker does not say whether openbmp_aio has /usr/local/schema-version (Error response from daemon: no space left" collector-start
  same "0 half" "$(starts) $(on_host "$DATA/ibdata1")"
}

# find_dies WHEN: of its calls in the database's directory, with a word of its own.
find_dies() {
  cat >"$FAKE/bin/find" <<STUB
#!/bin/bash
if [[ "\$*" == *"$DATA"*"$1"* ]]; then
  echo "find: Input/output error" >&2
  exit 1
fi
PATH=\${PATH#*:} exec find "\$@"
STUB
  chmod +x "$FAKE/bin/find"
}

@test "a search of the database's directory that dies is no answer: the step ends with its reason, and nothing is touched" {
  local what
  step_succeeds collector-start
  half_a_database
  write_on_host "$DATA/openBMP/users.frm" <<<whole
  write_on_host "$DATA/schema-version" <<<SCHEMA_VERSION=1.23
  image_without_mark
  for what in '-maxdepth 1 -printf' openBMP schema-version users; do
    change_container openbmp_aio Running=false
    [ "$what" != users ] || host rm "$DATA/schema-version"
    find_dies "$what"
    : >"$FAKE/calls"
    step_refuses "$DATA cannot be searched: find ended with 1" collector-start
    says "find: Input/output error"
    same "0  half" "$(starts) $(cut_off) $(on_host "$DATA/ibdata1")"
    rm "$FAKE/bin/find"
  done
  # What is there is there: with a whole search all is well.
  step_succeeds collector-start
  same "1 " "$(starts) $(cut_off)"
}

@test "a search that takes too long is no answer either" {
  step_succeeds collector-start
  half_a_database
  change_container openbmp_aio Running=false
  printf '#!/bin/bash\n[[ "$*" != "30 find "* ]] || exit 124\nPATH=${PATH#*:} exec timeout "$@"\n' >"$FAKE/bin/timeout"
  chmod +x "$FAKE/bin/timeout"
  step_refuses "find ended with 124" collector-start
}

@test "names that the container plants lead the search for a first start nowhere else" {
  step_succeeds collector-start
  write_on_host "$DATA/ibdata1" <<<half
  host mkdir -p /var/canary/openBMP
  host ln -s /var/canary/openBMP "$DATA/openBMP"
  change_container openbmp_aio Running=false
  step_succeeds collector-start
  same "/var/openbmp/mysql.cut-off 0" "$(cut_off) $(host find /var/canary/openBMP -mindepth 1 | wc -l)"
}

@test "a cut-off first start on a mount of its own is named, and not touched" {
  step_succeeds collector-start
  host mount -t tmpfs tmpfs "$DATA"
  change_container openbmp_aio Running=false
  step_succeeds collector-start
  half_a_database
  change_container openbmp_aio Running=false
  step_refuses "the first start of the database was cut off: $DATA is a mount point and cannot be moved" collector-start
  same half "$(on_host "$DATA/ibdata1")"
}

@test "the unit that makes the topics is there before the collector starts, and is left alone when nothing changed" {
  step_succeeds collector-start
  same "enabled active" "$(cd "$FAKE/units" && echo openbmp-aio-ipv6-topics.service.* | sed 's/openbmp-aio-ipv6-topics.service.//g' | tr ' ' '\n' | sort -r | paste -sd ' ')"
  [ "$(calls | grep -nm1 'systemctl enable --quiet --now openbmp-aio-ipv6-topics.service' | cut -d : -f 1)" -lt "$(calls | grep -nm1 'docker start' | cut -d : -f 1)" ]
  same "755 644" "$(host stat -c %a /usr/local/lib/openbmp-aio-ipv6/openbmp-topics /etc/systemd/system/openbmp-aio-ipv6-topics.service | paste -sd ' ')"
  : >"$FAKE/calls"
  step_succeeds collector-start
  not_called 'systemctl (enable|disable)'
  write_on_host /usr/local/lib/openbmp-aio-ipv6/openbmp-topics 755 <<<'another text'
  step_succeeds collector-start
  calls 'systemctl enable --quiet --now openbmp-aio-ipv6-topics.service' | grep -q .
  same "$(printf '%s' "$TOPICS_PROGRAM_TEXT" | sha256sum)" "$(host sha256sum /usr/local/lib/openbmp-aio-ipv6/openbmp-topics | sed 's#/usr.*#-#')"
}

@test "cut off anywhere, the next run installs the topics' unit, and it runs as it is written" {
  local cut when unit=openbmp-aio-ipv6-topics.service
  deployed
  for cut in 'systemctl disable *' 'mv */openbmp-topics' "mv */$unit" 'systemctl enable *'; do
    for when in '' after; do
      TOPICS_PROGRAM_TEXT+=$'\n# '$RANDOM TOPICS_UNIT_TEXT+=$'\n# '$RANDOM
      cut_off_at "${cut%% *}" "${cut#* }" $when
      step_is_cut_off collector-start || {
        echo "not cut off: $cut $when"
        return 1
      }
      step_succeeds collector-start
      same "$TOPICS_PROGRAM_TEXT" "$(on_host /usr/local/lib/openbmp-aio-ipv6/openbmp-topics)"
      same "$TOPICS_UNIT_TEXT" "$(on_host "/etc/systemd/system/$unit")"
      same "$TOPICS_UNIT_TEXT" "$(cat "$FAKE/units/$unit.active")"
    done
  done
}
