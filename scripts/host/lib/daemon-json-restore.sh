# shellcheck shell=bash
# /etc/docker/daemon.json, restored: the original, or the keys with which the engine last worked.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/daemon-json-write.sh
. "${BASH_SOURCE[0]%/*}/daemon-json-write.sh"
# shellcheck source=scripts/host/lib/daemon-json.sh
. "${BASH_SOURCE[0]%/*}/daemon-json.sh"
# shellcheck source=scripts/host/lib/record.sh
. "${BASH_SOURCE[0]%/*}/record.sh"

# Restores our keys as the engine last worked with them, in the file and on record.
restore_working_keys() {
  local current deployed restored
  current=$(jq -c .there "$WORKING_DAEMON_KEYS")
  deployed=$(jq -c .written "$WORKING_DAEMON_KEYS")
  restored=$(with_keys_restored "$current" "$deployed") || return 0
  # Before and after the file itself, as where it is written.
  record_daemon_keys "$(deployed_daemon_keys | jq -c --argjson working "$deployed" '$working + .')"
  replace_daemon_json "$restored"
  record_daemon_keys "$deployed"
  say "$DAEMON_JSON has the keys of the earlier deployment again"
}

# Restores the original: the same bytes when nobody edited the file since, else
# each key that still has our value.
restore_daemon_json() {
  rm -f "$MERGED_DAEMON_JSON"
  [ -e "$DAEMON_DIGESTS" ] && [ -e "$DAEMON_JSON" ] || return 0
  if ! daemon_json_unedited; then
    restore_daemon_keys
    return
  fi
  if [ -e "$ORIGINAL_DAEMON_JSON" ]; then
    cp -p "$ORIGINAL_DAEMON_JSON" "$DAEMON_JSON.restored"
    mark_engine_if_stale "$DAEMON_JSON.restored"
    mv -f "$DAEMON_JSON.restored" "$DAEMON_JSON"
  else
    mark_engine_if_stale <(echo '{}')
    rm -f "$DAEMON_JSON"
    [ ! -e "$DAEMON_DIRECTORY_MADE" ] || rmdir "${DAEMON_JSON%/*}" 2>/dev/null || true
  fi
  say "restored the original $DAEMON_JSON"
}

restore_daemon_keys() {
  local restored
  restored=$(with_keys_restored "$(original_daemon_json)" '{}') || return 0
  replace_daemon_json "$restored"
  say "$DAEMON_JSON was edited since; restored the original values of our keys in it"
}

# with_keys_restored KEYS EARLIER: the file with each key that still has our value,
# or that EARLIER has and we took out, as in KEYS.
with_keys_restored() {
  read_daemon_json | jq --raw-input --slurp --indent 4 --slurpfile keys <(printf '%s' "$1") \
    --argjson earlier "$2" --argjson deployed "$(deployed_daemon_keys)" "$OBJECT"'
    $keys[0] as $keys
    | reduce ($deployed + $earlier | keys_unsorted[]) as $key (object;
      if .[$key] != $deployed[$key] and (has($key) or ($earlier | has($key) | not)) then .
      elif $keys | has($key) then .[$key] = $keys[$key]
      else del(.[$key]) end)' 2>/dev/null || {
    say "$DAEMON_JSON is no longer JSON and stays as it is: fix it, and take ipv6 and fixed-cidr-v6 out"
    return 1
  }
}

# Once the original file is restored and the engine runs with it.
forget_daemon_json() {
  rm -f "$DAEMON_JSON_IS_RECORDED" "$ORIGINAL_DAEMON_JSON" "$DAEMON_DIRECTORY_MADE" "$DEPLOYED_DAEMON_KEYS" \
    "$DAEMON_DIGESTS" "$WORKING_DAEMON_KEYS"
}
