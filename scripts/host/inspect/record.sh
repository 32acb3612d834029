# shellcheck shell=bash
# The record of the host, for somebody who has lost the state of its stack: whose the
# host is and what destroy would put back, in words (inspect), and a new owner for it
# (take). What a user's file, container or database holds stays untold: it may be secret.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/../lib/common.sh"
# shellcheck source=scripts/host/lib/record.sh
. "${BASH_SOURCE[0]%/*}/../lib/record.sh"

# Prints one JSON object; where there is no record, its owner is null.
record_inspect() {
  local owner since facts
  if [ ! -e "$RECORDED_OWNER" ]; then
    echo '{"owner": null, "since": null, "facts": []}'
    return
  fi
  owner=$(recorded_owner)
  [ -n "$owner" ] || refuse_unnamed_owner
  since=$(date --utc --reference "$RECORDED_OWNER" +%Y-%m-%dT%H:%M:%SZ)
  # Whole or not at all.
  facts=$(record_facts)
  jq --compact-output --slurp --arg owner "$owner" --arg since "$since" '{$owner, $since, facts: .}' <<<"$facts"
}

# record_take: the host is this stack's from here on, with all of its record, unless
# it is another's by now than the one who was shown.
record_take() {
  local claim lock recorded
  input OWNER CURRENT_OWNER
  [ -e "$RECORDED_OWNER" ] || die "the host has no record any more, and nothing was changed: scripts/pulumi up"
  # Of two who take it at the same moment, the second finds the first's name.
  exec {lock}<"$RECORD"
  flock --timeout 60 "$lock"
  recorded=$(recorded_owner)
  [ "$recorded" = "$CURRENT_OWNER" ] ||
    die "the host is the stack $recorded's by now, no longer $CURRENT_OWNER's, and nothing was changed: run again"
  claim=$(write_claim)
  # Where a destroy has just taken the record away, this file went along.
  mv -T "$claim" "$RECORDED_OWNER"
  sync "$RECORD"
  jq -cn --arg owner "$OWNER" '{owner: $owner}'
}

# A JSON object for each file of the record, but the owner's.
record_facts() {
  local file words
  for file in "$RECORD"/*; do
    [ "$file" != "$RECORDED_OWNER" ] || continue
    words=$(record_file_text "$file")
    jq -cn --arg file "${file##*/}" --arg words "$words" '{file: $file[0:200], words: $words[0:1000]}'
  done
}

# record_file_text FILE: the original state of the host that it holds, or the run that was cut off.
record_file_text() {
  case $1 in
  "$ORIGINAL_FORWARDING") echo "IPv6 forwarding (net.ipv6.conf.all.forwarding) was $(file_head "$1")" ;;
  "$ACCEPT_RA") echo "accept_ra was 1, and is 2 since, of: $(file_head "$1")" ;;
  "$DAEMON_JSON_IS_RECORDED")
    if [ -e "$ORIGINAL_DAEMON_JSON" ]; then echo "there was a $DAEMON_JSON"; else echo "there was no $DAEMON_JSON"; fi
    ;;
  "$ORIGINAL_DAEMON_JSON") echo "the original $DAEMON_JSON, of $(stat --format %s "$1") bytes" ;;
  "$DAEMON_DIRECTORY_MADE") echo "there was no directory ${DAEMON_JSON%/*}" ;;
  "$DEPLOYED_DAEMON_KEYS") echo "set in $DAEMON_JSON, besides the original keys:" \
    "$(json_text "$1" 'keys_unsorted | if . == [] then "nothing" else join(", ") end')" ;;
  "$DAEMON_DIGESTS")
    if grep -qx edited "$1"; then echo "somebody else changed $DAEMON_JSON, too"; else echo "versions of $DAEMON_JSON that were written: $(wc -l <"$1")"; fi
    ;;
  "$WORKING_DAEMON_KEYS") echo "a change of $DAEMON_JSON that the engine does not run with yet" ;;
  "$ENGINE_IS_STALE") echo "a change of \"ip6tables\" that the engine does not run with yet" ;;
  "$CONTAINERS_BEFORE_RESTART") echo "a restart of the engine that was cut off: the containers that ran before it" \
    "($(json_text "$1" '.running | length')) are started again" ;;
  "$COLLECTOR_IS_STOPPED") echo "the collector was stopped for a change that is not done yet" ;;
  "$INSPECTION") echo "what docker inspect says of the original container, to be moved to ${DATA_DIRECTORY%/*}" ;;
  "$ORIGINAL_CONTAINER") echo "the original container $CONTAINER is backed up as $BACKUP_CONTAINER;" \
    "$(json_text "$1" 'if .running then "it ran" else "it did not run" end')" ;;
  "$UNITS_ARE_NEW") echo "units that systemd has not read yet" ;;
  "$OUR_LOGIN") echo "the REST API has a login of the stack's" ;;
  "$ORIGINAL_LOGIN")
    case $(head -c 10 "$1") in
    replaced*) echo "the image's own login of the REST API was replaced" ;;
    *) echo "the image's own login of the REST API was removed" ;;
    esac
    ;;
  *) echo "no file of this version, kept until destroy" ;;
  esac
}

# file_head FILE: its beginning, in one line.
file_head() { head -c 200 "$1" | tr -s '\0\n' ' ' | sed 's/ $//'; }

# json_text FILE FILTER: a text or a number that jq makes of it.
json_text() {
  local words
  words=$(jq --raw-output "$2" "$1" 2>/dev/null) || words=''
  words=${words:-"it cannot be read"}
  echo "${words:0:500}"
}
