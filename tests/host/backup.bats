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

# collector: one that runs, whose database can be dumped and loaded.
collector() {
  has_container openbmp_aio
  printf '%s\n' openbmp:openbmp root:OpenBMP >"$FAKE/accounts"
  echo 1000 >"$FAKE/rows"
  printf '#!/bin/sh\necho dump\n' >"$FAKE/bin/mysqldump"
  chmod +x "$FAKE/bin/mysqldump"
}

@test "of a collector that runs, the dump and the configuration are there, and the last ones only" {
  local made
  collector
  echo 'echo configuration' >"$FAKE/on-tar"
  host mkdir -p /var/openbmp/backup/20{24,25}-01-31T030000Z
  backup run
  same 0 "$status"
  made=$(host ls /var/openbmp/backup | tail -n 1)
  same "2025-01-31T030000Z $made" "$(host ls /var/openbmp/backup | paste -sd ' ')"
  same "dump configuration" "$(host gzip -dc "/var/openbmp/backup/$made/openBMP.sql.gz") $(on_host "/var/openbmp/backup/$made/config.tar")"
}

@test "a configuration without an end, or one that never comes, is no backup" {
  local tar limit
  collector
  step_succeeds backup
  for tar in yes 'sleep 60'; do
    case $tar in yes) limit=CONFIG_BYTES=100000 ;; *) limit=CONFIG_SECONDS=1 ;; esac
    host sed -i "s/^${limit%=*}=.*/$limit/" /usr/local/lib/openbmp-aio-ipv6/openbmp-backup
    echo "$tar" >"$FAKE/on-tar"
    run --separate-stderr host timeout 20 bash /usr/local/lib/openbmp-aio-ipv6/openbmp-backup run
    same 1 "$status"
    says "/config of openbmp_aio cannot be read, or has more than 100000 bytes"
    same "" "$(host ls /var/openbmp/backup)"
  done
}

@test "restored, the collector starts again, and nothing that its programs print comes to the terminal" {
  collector
  printf '#!/bin/sh\ncat; printf "\\033]0;title\\007"\n' >"$FAKE/bin/mysql"
  chmod +x "$FAKE/bin/mysql"
  printf '%s\n' 'cat; printf "\033]0;title\007"' >"$FAKE/on-tar"
  gzip <<<dump | write_on_host /var/openbmp/backup/x/openBMP.sql.gz
  write_on_host /var/openbmp/backup/x/config.tar <<<configuration
  backup restore /var/openbmp/backup/x
  same "0 " "$status $output"
  says "restored; give"
  calls '^docker (exec.* tar -C /config -x|stop|start)' | grep -c . | grep -qx 3
}
