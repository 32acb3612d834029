#!/usr/bin/env bats
# lib/timed-program.sh, by the steps that use it: metrics and backup.

load helper

setup() {
  open_host
  METRICS_DIRECTORY=/var/lib/metrics
}
teardown() { close_host; }

# with_each_cut COMMAND CUT…: each cut is a program and its arguments; COMMAND gets it with "" and with "after".
with_each_cut() {
  local cut when
  for cut in "${@:2}"; do
    for when in '' after; do
      "$1" "$cut" "$when" || {
        echo "cut off at: $cut $when"
        return 1
      }
    done
  done
}

# Another release's texts, each time.
installs_in_spite_of() {
  local suffix=$'\n# '$RANDOM timer=openbmp-aio-ipv6-$STEP.timer
  METRICS_PROGRAM_TEXT+=$suffix METRICS_UNIT_TEXT+=$suffix METRICS_TIMER_TEXT+=$suffix ROUTER_FACING_ADDRESS=2001:db8::$RANDOM
  BACKUP_PROGRAM_TEXT+=$suffix BACKUP_UNIT_TEXT+=$suffix BACKUP_TIMER_TEXT+=$suffix BACKUP_KEEP=$RANDOM
  cut_off_at "${1%% *}" "${1#* }" "$2"
  step_is_cut_off "$STEP" || return
  step_succeeds "$STEP" || return
  step_succeeds "$STEP" drift || return
  same "" "$output" || return
  # systemd knows the new texts, and the timer started with its own.
  units_are_read || return
  same "$(on_host "/etc/systemd/system/$timer")" "$(cat "$FAKE/units/$timer.active")"
}

goes_in_spite_of() {
  step_succeeds "$STEP" || return
  cut_off_at "${1%% *}" "${1#* }" "$2"
  step_is_cut_off "$STEP" remove || return
  step_succeeds "$STEP" remove || return
  same "" "$(host find /usr/local/lib/openbmp-aio-ipv6 /etc/systemd/system -name "*openbmp*$STEP*" -o -name "$STEP.conf")" || return
  same "" "$(find "$FAKE/units" -name "*$STEP*")"
}

@test "cut off anywhere, the next run installs all of it, and the timer goes by its new times" {
  for STEP in metrics backup; do
    step_succeeds "$STEP"
    with_each_cut installs_in_spite_of 'systemctl disable *' "mv */$STEP.conf" "mv */openbmp-$STEP" \
      "mv *-$STEP.service" "mv *-$STEP.timer" 'systemctl enable *'
  done
}

@test "cut off anywhere, the next removal takes what is left" {
  for STEP in metrics backup; do
    with_each_cut goes_in_spite_of 'systemctl disable *' 'systemctl stop *' "rm *openbmp-$STEP *"
  done
}
