#!/usr/bin/env bats
# Every step that writes, on a disk that is full at each of its writes in turn.

load helper

setup() {
  open_host
  VERIFY=false METRICS_DIRECTORY=/var/lib/metrics
  host ip link add name docker0 address 02:42:00:00:00:01 type bridge
}
teardown() { close_host; }

# files [MORE]: of the deployment, each with the digest of its text, and MORE; not what is empty on purpose, or not the
# file yet.
files() {
  # shellcheck disable=SC2016
  host bash -c 'find /etc/docker /etc/sysctl.d /mnt/etc /mnt/var /mnt/usr -type f -not -name .filler -not -name daemon.json.merged \
    -not -name daemon.before.partial -not \( -empty -regex ".*/\(daemon.found\|engine.stale\|units.new\)" \) \
    -exec sha256sum {} + | sed "s/\$/ $0/"' "${1:-}"
}

# each_step COMMAND: with each step, in the order of the chain.
each_step() {
  local step
  for step in $(installing_steps) metrics backup collector-start; do
    if [ "$step" = collector-start ]; then
      write_on_host /var/openbmp/config/openbmpd.conf <<<'base: {}'
      change_container openbmp_aio GlobalIPv6Address=fc00:172:17::2
    fi
    "$1" "$step"
  done
}

# finishes_with_room STEP: whatever room there is first. With each failure it says why, and each file is as before or as
# in the end.
finishes_with_room() {
  local pages failures=0
  files >"$FAKE/known"
  : >"$FAKE/seen"
  for pages in 0 1 2 4 8 16 32 64 enough; do
    disk_has "$pages"
    run_step "$1"
    [ "$status" -ne 0 ] || break
    says "No space left on device"
    failures=$((failures + 1))
    files "$pages" >>"$FAKE/seen"
  done
  disk_has enough
  same "0: " "$status: $(grep -v . <<<"$output" || true)"
  [ "$failures" -gt 0 ]
  files >>"$FAKE/known"
  same "" "$(grep -vFf "$FAKE/known" "$FAKE/seen")"
}

# Other texts and settings, all that a step can write anew.
another_release() {
  local name
  for name in "${!METRICS_@}" "${!BACKUP_@}" "${!DNAT_@}" "${!FILTER_@}" "${!TOPICS_@}" "${!CLOSING_@}" "${!GUARD_@}" "${!FOLLOW_@}"; do
    [[ $name != *_TEXT ]] || declare -g "$name=${!name}"$'\n# changed'
  done
  FIXED_CIDR_V6=fc00:172:18::/64 BMP_PORT=15000 BACKUP_KEEP=3
}

@test "with room again each step goes on, no file is half-written, and destroy leaves nothing of it" {
  host mkdir -p /var/lib/metrics
  write_on_host "$DAEMON_JSON" <<<'{"debug": true}'
  files >"$FAKE/before"
  each_step finishes_with_room
  units_are_read
  step_succeeds preflight remove
  host rm -rf /var/openbmp /var/lib/metrics
  same "$(cat "$FAKE/before")" "$(files)"
  same daemon.json "$(host ls -A /etc/docker | grep -v filler)"
}

@test "so it is with what another release writes" {
  each_step step_succeeds
  another_release
  each_step finishes_with_room
  units_are_read
}
