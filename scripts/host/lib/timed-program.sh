# shellcheck shell=bash
# A program that stays on the host with its settings, and that a systemd timer runs.
# NAME is a program's without openbmp-, and its units' without openbmp-aio-ipv6-.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/units.sh
. "${BASH_SOURCE[0]%/*}/units.sh"

timed_program() { echo "$PROGRAM_DIRECTORY/openbmp-$1"; }
timed_settings() { echo "$PROGRAM_DIRECTORY/$1.conf"; }
timed_unit() { echo "$TOOL-$1.$2"; }

# install_timed NAME PROGRAM_TEXT SERVICE_TEXT TIMER_TEXT: its settings are on stdin. The
# timer is off while its units are written: a run that is cut off is gone on with, and
# a timer that stays on goes on by its former times.
install_timed() {
  local timer changed
  timer=$(timed_unit "$1" timer)
  changed=$(timed_unit_drift "$1" "$3" "$4")
  [ -z "$changed" ] || systemctl disable --quiet --now "$timer" 2>/dev/null || true
  mkdir -p "$PROGRAM_DIRECTORY"
  write_file "$(timed_settings "$1")" 600 >/dev/null
  printf '%s' "$2" | write_file "$(timed_program "$1")" 755 >/dev/null
  printf '%s' "$3" | write_file "$UNIT_DIRECTORY/$(timed_unit "$1" service)" >/dev/null
  printf '%s' "$4" | write_file "$UNIT_DIRECTORY/$timer" >/dev/null
  # To enable one reads all of them anew.
  systemctl enable --quiet --now "$timer"
}

# run_timed NAME: now, and as its timer does.
run_timed() {
  local unit
  unit=$(timed_unit "$1" service)
  systemctl start "$unit" 2>/dev/null ||
    die "the unit $unit failed: $(last_words_of "$unit")"
}

remove_timed() {
  systemctl disable --quiet --now "$(timed_unit "$1" timer)" 2>/dev/null || true
  systemctl stop "$(timed_unit "$1" service)" 2>/dev/null || true
  rm -f "$UNIT_DIRECTORY/$(timed_unit "$1" service)" "$UNIT_DIRECTORY/$(timed_unit "$1" timer)" \
    "$(timed_program "$1")" "$(timed_settings "$1")"
  systemctl daemon-reload
}

# timed_unit_drift NAME SERVICE_TEXT TIMER_TEXT
timed_unit_drift() {
  file_drift "$UNIT_DIRECTORY/$(timed_unit "$1" service)" "$2"
  file_drift "$UNIT_DIRECTORY/$(timed_unit "$1" timer)" "$3"
}

# timed_drift NAME SETTINGS PROGRAM_TEXT SERVICE_TEXT TIMER_TEXT
timed_drift() {
  local timer
  timer=$(timed_unit "$1" timer)
  file_drift "$(timed_settings "$1")" "$2"$'\n'
  program_drift "$(timed_program "$1")" "$3"
  timed_unit_drift "$1" "$4" "$5"
  unit_drift "$timer"
  ! systemctl is-failed --quiet "$(timed_unit "$1" service)" ||
    drift "$(timed_unit "$1" service) failed" "journalctl -u $(timed_unit "$1" service)"
}
