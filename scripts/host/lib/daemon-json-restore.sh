# shellcheck shell=bash
# /etc/docker/daemon.json as it was found, or as the former deployment had it.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/daemon-json-write.sh
. "${BASH_SOURCE[0]%/*}/daemon-json-write.sh"
# shellcheck source=scripts/host/lib/daemon-json.sh
. "${BASH_SOURCE[0]%/*}/daemon-json.sh"
# shellcheck source=scripts/host/lib/record.sh
. "${BASH_SOURCE[0]%/*}/record.sh"

# Puts our keys back as the former deployment had them, in the file and on record.
restore_previous_keys() {
  local there written restored
  there=$(jq -c .there "$PREVIOUS_DAEMON_KEYS")
  written=$(jq -c .written "$PREVIOUS_DAEMON_KEYS")
  restored=$(with_former_keys "$there" "$written") || return 0
  # Before and after the file itself, as where it is written.
  record_daemon_keys "$(jq -cn --argjson former "$written" --argjson written "$(written_daemon_keys)" '$former + $written')"
  replace_daemon_json "$restored"
  record_daemon_keys "$written"
  say "$DAEMON_JSON has the keys of the former deployment again"
}

# Puts back what was found: the same bytes when nobody edited the file since,
# else each key that still has our value.
restore_daemon_json() {
  [ -e "$DAEMON_DIGESTS" ] && [ -e "$DAEMON_JSON" ] || return 0
  if ! daemon_json_unedited; then
    restore_daemon_keys
    return
  fi
  if [ -e "$ORIGINAL_DAEMON_JSON" ]; then
    cp -p "$ORIGINAL_DAEMON_JSON" "$DAEMON_JSON.restored"
    stale_engine "$DAEMON_JSON.restored"
    mv -f "$DAEMON_JSON.restored" "$DAEMON_JSON"
  else
    stale_engine <(echo '{}')
    rm -f "$DAEMON_JSON"
    [ ! -e "$DAEMON_DIRECTORY_MADE" ] || rmdir "${DAEMON_JSON%/*}" 2>/dev/null || true
  fi
  say "$DAEMON_JSON is as it was found"
}

restore_daemon_keys() {
  local restored
  restored=$(with_former_keys "$(original_daemon_json)" '{}') || return 0
  replace_daemon_json "$restored"
  say "$DAEMON_JSON was edited since; our keys in it are as they were found"
}

# with_former_keys THERE WRITTEN: the file with each key that still has our value,
# or that we had written and took out, as in THERE.
with_former_keys() {
  read_daemon_json | one_object 2>/dev/null | jq --indent 4 --slurpfile there <(printf '%s' "$1") --argjson former "$2" --argjson written "$(written_daemon_keys)" '
    $there[0] as $there
    | reduce ($written + $former | keys_unsorted[]) as $key (.;
      if .[$key] != $written[$key] and (has($key) or ($former | has($key) | not)) then .
      elif $there | has($key) then .[$key] = $there[$key]
      else del(.[$key]) end)' || {
    say "$DAEMON_JSON is no longer JSON and stays as it is"
    return 1
  }
}

# What a deployment on the default bridge changed is as it was found, and history.
forget_daemon_json() { rm -f "$DAEMON_JSON_FOUND" "$ORIGINAL_DAEMON_JSON" "$DAEMON_DIRECTORY_MADE" "$DAEMON_KEYS" "$DAEMON_DIGESTS" "$PREVIOUS_DAEMON_KEYS"; }
