#!/usr/bin/env bats
# Step backup: a timer that keeps the last dumps of the collector's database.

load helper

setup() { open_host; }
teardown() { close_host; }

@test "the program, how many are kept, and its timer are installed once; removed, they are gone" {
  step_succeeds backup
  says "the last 2 backups are kept in /var/openbmp/backup: copy them off the host, too"
  same "BACKUP_KEEP=2" "$(on_host /usr/local/lib/openbmp-aio-ipv6/backup.conf)"
  step_succeeds backup drift
  same "" "$output"
  BACKUP_KEEP=3
  step_succeeds backup drift
  [[ $output == *"/usr/local/lib/openbmp-aio-ipv6/backup.conf is not as it was written"* ]]
  host mkdir -p /var/openbmp/backup/2026-01-31T030000Z
  step_succeeds backup remove
  same "" "$(host find /usr/local/lib/openbmp-aio-ipv6 /etc/systemd/system -name '*openbmp*backup*')"
  host test -d /var/openbmp/backup/2026-01-31T030000Z
}

# backup VERB…: the program, on the test's host.
backup() {
  step_succeeds backup
  run --separate-stderr host bash /usr/local/lib/openbmp-aio-ipv6/openbmp-backup "$@"
}

@test "without a collector that runs, or a directory that is a backup, nothing is done" {
  backup run
  says "the container openbmp_aio does not run: docker start openbmp_aio"
  backup restore /var/openbmp/nothing
  says "/var/openbmp/nothing is no backup: give one of /var/openbmp/backup, or a copy of one"
  write_on_host /var/openbmp/backup/x/openBMP.sql.gz <<<damaged
  write_on_host /var/openbmp/backup/x/config.tar <<<''
  backup restore /var/openbmp/backup/x
  says "/var/openbmp/backup/x/openBMP.sql.gz is damaged: take another backup"
  not_called 'docker (exec|stop)'
}
