#!/usr/bin/env bats
# Step collector-start: one start, on the present configuration, and on data
# that belongs to the PAT value.
# shellcheck disable=SC2030,SC2031 # each test changes its own copy

load helper

DATA=/var/openbmp/mysql
MARKER=/var/openbmp/mysql.pat_enabled

setup() {
  open_host
  VERIFY=false
  has_container openbmp_aio Running=false GlobalIPv6Address=fc00:172:17::2
  unit_texts
  step_succeeds ipv6-dnat
  : >"$FAKE/calls"
  write_on_host /var/openbmp/config/openbmpd.conf <<<'base: {}'
  host mkdir -p "$DATA"
}
teardown() { close_host; }

starts() { calls 'docker start openbmp_aio' | wc -l; }
stops() { calls 'docker stop .*openbmp_aio' | wc -l; }

# Started as the present configuration wants it, with a database.
deployed() {
  step_succeeds collector-start
  write_on_host "$DATA/ibdata1" 640 <<<rows
  host chown 27:27 "$DATA"
  host chmod 750 "$DATA"
  : >"$FAKE/calls"
}

aside() { host find /var/openbmp -maxdepth 1 -name 'mysql.before-*'; }

@test "a stopped collector is started once, and the PAT value of its data is recorded" {
  step_succeeds collector-start
  same 1 "$(starts)"
  same false "$(on_host "$MARKER")"
  same '"not asked"' "$(jq '.verification // "not asked"' <<<"$output")"
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

@test "another PAT value without purgeStaleData leaves the data, and says what that means" {
  deployed
  PAT_ENABLED=true
  step_succeeds collector-start
  says "pat_enabled changes from false to true: every router gets a new entry"
  same rows "$(on_host "$DATA/ibdata1")"
  same "" "$(aside)"
  same true "$(on_host "$MARKER")"
  # That was the change: from then on there is nothing to purge.
  PURGE_STALE_DATA=true
  step_succeeds collector-start
  says "purgeStaleData: the data belongs to pat_enabled true already, nothing to purge"
  same rows "$(on_host "$DATA/ibdata1")"
}

@test "another PAT value with purgeStaleData sets the data aside, exactly once" {
  deployed
  PAT_ENABLED=true PURGE_STALE_DATA=true
  step_succeeds collector-start
  same "1 1" "$(starts) $(stops)"
  same rows "$(on_host "$(aside)/ibdata1")"
  same "27:27 750 0" "$(host stat -c '%u:%g %a' "$DATA") $(host find "$DATA" -mindepth 1 | wc -l)"
  says "the former database is in $(aside)"
  write_on_host "$DATA/ibdata1" <<<new
  step_succeeds collector-start
  same new "$(on_host "$DATA/ibdata1")"
  same 1 "$(aside | wc -l)"
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
      same rows "$(on_host "$(aside)/ibdata1")"
      same "true 27:27 750 0" "$(on_host "$MARKER") $(host stat -c '%u:%g %a' "$DATA") $(host find "$DATA" -mindepth 1 | wc -l)"
    done
  done
}

@test "data behind a symbolic link is not purged, and the collector is not stopped" {
  deployed
  host mv "$DATA" /var/openbmp/elsewhere
  host ln -s elsewhere "$DATA"
  PAT_ENABLED=true PURGE_STALE_DATA=true
  step_refuses "$DATA is reached through a symbolic link (/var/openbmp/elsewhere): nothing was purged" collector-start
  same "0 rows" "$(stops) $(on_host /var/openbmp/elsewhere/ibdata1)"
}

@test "data on a mount of its own is not purged, and the collector is not stopped" {
  deployed
  host mount -t tmpfs tmpfs "$DATA"
  write_on_host "$DATA/ibdata1" <<<rows
  PAT_ENABLED=true PURGE_STALE_DATA=true
  step_refuses "$DATA is a mount point and cannot be moved aside: nothing was purged" collector-start
  same "0 rows" "$(stops) $(on_host "$DATA/ibdata1")"
}

@test "without data there is nothing to set aside" {
  step_succeeds collector-start
  PAT_ENABLED=true PURGE_STALE_DATA=true
  step_succeeds collector-start
  same "" "$(aside)"
  same true "$(on_host "$MARKER")"
}
