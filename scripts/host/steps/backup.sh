# shellcheck shell=bash
# Step: the last dumps of the database and the configuration are kept, one a day.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/../lib/common.sh"
# shellcheck source=scripts/host/lib/record.sh
. "${BASH_SOURCE[0]%/*}/../lib/record.sh"
# shellcheck source=scripts/host/lib/timed-program.sh
. "${BASH_SOURCE[0]%/*}/../lib/timed-program.sh"

backup_apply() {
  input BACKUP_KEEP BACKUP_PROGRAM_TEXT BACKUP_UNIT_TEXT BACKUP_TIMER_TEXT REAPPLY
  claim_host
  settings_of_backup | install_timed backup "$BACKUP_PROGRAM_TEXT" "$BACKUP_UNIT_TEXT" "$BACKUP_TIMER_TEXT"
  say "the last $BACKUP_KEEP backups are kept in $BACKUP_DIRECTORY: copy them off the host, too"
}

settings_of_backup() { printf 'BACKUP_KEEP=%q\n' "$BACKUP_KEEP"; }

# Another stack's work is not ours to undo. The backups stay.
backup_remove() {
  if [ "$(recorded_owner)" = "$OWNER" ]; then backup_undo; fi
}

backup_undo() {
  [ ! -e "$(timed_settings backup)" ] || remove_timed backup
}

backup_drift() {
  local settings
  settings=$(settings_of_backup)
  timed_drift backup "$settings" "$BACKUP_PROGRAM_TEXT" "$BACKUP_UNIT_TEXT" "$BACKUP_TIMER_TEXT"
}
