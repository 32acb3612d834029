# shellcheck shell=bash
# /etc/docker/daemon.json: our keys go in, everything else stays.
# The record holds the file as it was found, and what was written last.

# The keys that a deployment sets, as a JSON object.
wanted_daemon_keys() {
  jq -cn --arg prefix "$FIXED_CIDR_V6" '{ipv6: true, "fixed-cidr-v6": $prefix}'
}

# The file's content, `{}` when there is no file or an empty one.
read_daemon_json() {
  if [ -s "$DAEMON_JSON" ]; then cat "$DAEMON_JSON"; else echo '{}'; fi
}

# What the file said when it was found.
found_daemon_json() {
  if [ -s "$RECORD/daemon.before" ]; then cat "$RECORD/daemon.before"; else echo '{}'; fi
}

# The keys that were written by a deployment, not set already by the user.
written_daemon_keys() { cat "$RECORD/daemon.keys" 2>/dev/null || echo '{}'; }

# One line for each reason not to touch the file. A value that differs from
# ours is the user's decision, unless a former deployment wrote it.
daemon_json_problems() {
  if ! read_daemon_json | jq -e --slurp 'length == 1 and (.[0] | type) == "object"' >/dev/null 2>&1; then
    echo "$DAEMON_JSON is not a JSON object: mend it or move it away"
    return
  fi
  read_daemon_json | jq -r --argjson wanted "$(wanted_daemon_keys)" --argjson written "$(written_daemon_keys)" \
    --arg file "$DAEMON_JSON" '
    . as $there
    | ($wanted | keys_unsorted[]) as $key
    | select(($there | has($key)) and $there[$key] != $wanted[$key] and $there[$key] != $written[$key])
    | "\($file) sets \"\($key)\" to \($there[$key] | tojson), this deployment needs \($wanted[$key] | tojson): change it there or in the configuration"'
  read_daemon_json | jq -r --arg file "$DAEMON_JSON" '
    select((.bridge // "docker0") != "docker0")
    | "\($file) sets \"bridge\" to \(.bridge | tojson), this deployment needs the default bridge docker0"'
}

# Merges our keys in. The file as found is recorded once, before the first touch.
apply_daemon_json() {
  local merged
  if [ ! -e "$RECORD/daemon.found" ]; then
    if [ -e "$DAEMON_JSON" ]; then
      cp -p "$DAEMON_JSON" "$RECORD/daemon.before.partial"
      mv "$RECORD/daemon.before.partial" "$RECORD/daemon.before"
    fi
    [ -d "${DAEMON_JSON%/*}" ] || touch "$RECORD/daemon.directory-made"
    touch "$RECORD/daemon.found"
  fi
  # Before the file itself: a kill between the two must not make ours look like the user's.
  found_daemon_json | jq -c --argjson wanted "$(wanted_daemon_keys)" '
    . as $found | $wanted | with_entries(select(.value != $found[.key]))' |
    write_file "$RECORD/daemon.keys" 600 || true
  if read_daemon_json | jq -e --argjson wanted "$(wanted_daemon_keys)" '. == . + $wanted' >/dev/null; then
    say "$DAEMON_JSON already has what is needed"
    return
  fi
  mkdir -p "${DAEMON_JSON%/*}"
  merged=$(mktemp "$DAEMON_JSON.XXXXXX")
  [ ! -e "$DAEMON_JSON" ] || cp -p "$DAEMON_JSON" "$merged"
  # A file that docker wrote or root copied is readable by all; a stricter one stays so.
  [ -e "$DAEMON_JSON" ] || chmod 644 "$merged"
  read_daemon_json | jq --indent 4 --argjson wanted "$(wanted_daemon_keys)" '. + $wanted' >"$merged.text"
  cat "$merged.text" >"$merged"
  rm -f "$merged.text"
  validate_daemon_json "$merged"
  # "edited": somebody else's edits are in the file, its former bytes are history.
  if daemon_json_unedited; then file_digest "$merged"; else echo edited; fi |
    write_file "$RECORD/daemon.written" 600 || true
  mv -f "$merged" "$DAEMON_JSON"
  say "$DAEMON_JSON: set $(wanted_daemon_keys)"
}

# Nobody but us wrote the file since it was found.
daemon_json_unedited() {
  if [ ! -e "$DAEMON_JSON" ]; then
    [ ! -e "$RECORD/daemon.before" ]
  elif ! cmp -s "$DAEMON_JSON" "$RECORD/daemon.before"; then
    [ "$(file_digest "$DAEMON_JSON")" = "$(cat "$RECORD/daemon.written" 2>/dev/null)" ]
  fi
}

# Engines from 23.0 on check a file without starting.
validate_daemon_json() {
  local complaint
  dockerd --help 2>/dev/null | grep -q -- --validate || return 0
  if ! complaint=$(dockerd --validate --config-file "$1" 2>&1); then
    rm -f "$1"
    die "dockerd does not accept the merged $DAEMON_JSON, nothing was changed: $complaint"
  fi
}

# Puts back what was found: the same bytes when nobody edited the file since,
# else each key that still has our value.
restore_daemon_json() {
  [ -e "$RECORD/daemon.written" ] && [ -e "$DAEMON_JSON" ] || return 0
  if ! daemon_json_unedited; then
    restore_daemon_keys
    return
  fi
  if [ -e "$RECORD/daemon.before" ]; then
    cp -p "$RECORD/daemon.before" "$DAEMON_JSON.restored"
    mv -f "$DAEMON_JSON.restored" "$DAEMON_JSON"
  else
    rm -f "$DAEMON_JSON"
    [ ! -e "$RECORD/daemon.directory-made" ] || rmdir "${DAEMON_JSON%/*}" 2>/dev/null || true
  fi
  say "$DAEMON_JSON is as it was found"
}

restore_daemon_keys() {
  local restored
  if ! restored=$(read_daemon_json | jq --indent 4 --argjson before "$(found_daemon_json)" --argjson written "$(written_daemon_keys)" '
    reduce ($written | keys_unsorted[]) as $key (.;
      if .[$key] != $written[$key] then .
      elif $before | has($key) then .[$key] = $before[$key]
      else del(.[$key]) end)'); then
    say "$DAEMON_JSON is no longer JSON and stays as it is"
    return
  fi
  cp -p "$DAEMON_JSON" "$DAEMON_JSON.restored"
  printf '%s\n' "$restored" >"$DAEMON_JSON.restored"
  mv -f "$DAEMON_JSON.restored" "$DAEMON_JSON"
  say "$DAEMON_JSON was edited since; our keys in it are as they were found"
}
