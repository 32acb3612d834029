# shellcheck shell=bash
# /etc/docker/daemon.json: our keys go in, everything else stays.
# The record holds the original file, and what was written last.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/daemon-json.sh
. "${BASH_SOURCE[0]%/*}/daemon-json.sh"
# shellcheck source=scripts/host/lib/engine-settings.sh
. "${BASH_SOURCE[0]%/*}/engine-settings.sh"
# shellcheck source=scripts/host/lib/record.sh
. "${BASH_SOURCE[0]%/*}/record.sh"

# What is about to be daemon.json; one that is left was cut off.
MERGED_DAEMON_JSON=$DAEMON_JSON.merged

# mark_engine_if_stale FILE: before FILE takes the place of daemon.json, notes whether
# the engine will have to start again for its "ip6tables".
mark_engine_if_stale() {
  [ "$(read_daemon_json | jq --slurpfile new "$1" '.ip6tables == $new[0].ip6tables')" = true ] ||
    touch "$ENGINE_IS_STALE"
}

# write_daemon_keys KEYS: of a deployment, as deployed_daemon_keys prints them.
write_daemon_keys() { write_file "$DEPLOYED_DAEMON_KEYS" 600 <<<"$1" >/dev/null; }

# record_daemon_keys KEYS: those of them that the user had not set so already.
record_daemon_keys() {
  local keys
  keys=$(original_daemon_json | jq -c --argjson keys "$1" '
    . as $original | $keys | with_entries(select(.value != $original[.key]))')
  write_daemon_keys "$keys"
}

# Before the file is written: our keys with which the engine works now, and which of
# them we set, or null where none of ours is in the file yet. Kept until the engine
# runs with the new file.
record_working_keys() {
  [ ! -e "$WORKING_DAEMON_KEYS" ] || return 0
  if [ -e "$DAEMON_DIGESTS" ]; then
    read_daemon_json | jq -c --argjson deployed "$(deployed_daemon_keys)" '
      {there: with_entries(select(.key | IN("ipv6", "fixed-cidr-v6", "ip6tables"))), written: $deployed}'
  else
    echo null
  fi | write_file "$WORKING_DAEMON_KEYS" 600 >/dev/null
}

forget_working_keys() { rm -f "$WORKING_DAEMON_KEYS"; }

# The file that was replaced is one of an earlier deployment.
replaces_working_keys() { jq -e . "$WORKING_DAEMON_KEYS" >/dev/null 2>&1; }

# Merges our keys in. The original file is recorded once, before the first touch.
# shellcheck disable=SC2016 # jq's variables
apply_daemon_json() {
  local plan desired is_there earlier_too ours
  rm -f "$MERGED_DAEMON_JSON"
  if [ ! -e "$DAEMON_JSON_IS_RECORDED" ]; then
    if [ -e "$DAEMON_JSON" ]; then
      cp -p "$DAEMON_JSON" "$ORIGINAL_DAEMON_JSON.partial"
      mv "$ORIGINAL_DAEMON_JSON.partial" "$ORIGINAL_DAEMON_JSON"
    fi
    [ -d "${DAEMON_JSON%/*}" ] || touch "$DAEMON_DIRECTORY_MADE"
    touch "$DAEMON_JSON_IS_RECORDED"
  fi
  # The last two: what of our keys the user had not set so already, those of the earlier deployment among them or not.
  plan=$(ask_daemon_json 'object | desired as $desired
    | ($desired, merged == .,
      ($deployed + $desired, $desired | with_entries(select(.value != $original[0][.key])))) | tojson')
  { read -r desired && read -r is_there && read -r earlier_too && read -r ours; } <<<"$plan"
  if [ "$is_there" = true ]; then
    write_daemon_keys "$ours"
    say "$DAEMON_JSON already has what is needed"
    return
  fi
  mkdir -p "${DAEMON_JSON%/*}"
  # A file that docker wrote or root copied is readable by all; a stricter one stays so.
  if [ -e "$DAEMON_JSON" ]; then cp -p "$DAEMON_JSON" "$MERGED_DAEMON_JSON"; fi
  merged_daemon_json >"$MERGED_DAEMON_JSON"
  validate_daemon_json "$MERGED_DAEMON_JSON"
  record_working_keys
  # The digests of all that was written; "edited": somebody else's edits are in
  # the file, and its earlier bytes do not count any more.
  if daemon_json_unedited; then
    cat "$DAEMON_DIGESTS" 2>/dev/null || true
    file_digest "$MERGED_DAEMON_JSON"
  else
    echo edited
  fi | write_file "$DAEMON_DIGESTS" 600 >/dev/null
  # Before the file itself, with what was ours until now: a kill between the
  # two must not make ours pass for the user's.
  write_daemon_keys "$earlier_too"
  mark_engine_if_stale "$MERGED_DAEMON_JSON"
  mv -f "$MERGED_DAEMON_JSON" "$DAEMON_JSON"
  write_daemon_keys "$ours"
  say "$DAEMON_JSON: set $desired"
}

# Nobody but us wrote the file since the first touch.
daemon_json_unedited() {
  if [ ! -e "$DAEMON_JSON" ]; then
    [ ! -e "$ORIGINAL_DAEMON_JSON" ]
  elif ! cmp -s "$DAEMON_JSON" "$ORIGINAL_DAEMON_JSON"; then
    grep -qsxF "$(file_digest "$DAEMON_JSON")" "$DAEMON_DIGESTS"
  fi
}

validate_daemon_json() {
  local complaint
  complaint=$(dockerd_complaint "$1")
  if [ -n "$complaint" ]; then
    rm -f "$1"
    die "dockerd does not accept the merged $DAEMON_JSON, nothing was changed. Fix the file: $complaint"
  fi
}

# replace_daemon_json TEXT: mode and owner stay.
replace_daemon_json() {
  cp -p "$DAEMON_JSON" "$DAEMON_JSON.restored"
  printf '%s\n' "$1" >"$DAEMON_JSON.restored"
  mark_engine_if_stale "$DAEMON_JSON.restored"
  mv -f "$DAEMON_JSON.restored" "$DAEMON_JSON"
}
