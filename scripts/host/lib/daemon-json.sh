# shellcheck shell=bash
# /etc/docker/daemon.json: our keys go in, everything else stays.
# The record holds the file as it was found, and what was written last.

# The keys that a deployment sets, as a JSON object.
wanted_daemon_keys() { jq -cn --arg prefix "$FIXED_CIDR_V6" '{ipv6: true, "fixed-cidr-v6": $prefix}'; }

# The file's content, `{}` when there is no file or an empty one.
read_daemon_json() {
  if [ -s "$DAEMON_JSON" ]; then cat "$DAEMON_JSON"; else echo '{}'; fi
}

# Fails where stdin is anything but one JSON object.
one_object() { jq --slurp 'if length == 1 and (.[0] | type) == "object" then .[0] else error("not a JSON object") end'; }

# What the file said when it was found.
found_daemon_json() {
  if [ -s "$RECORD/daemon.before" ]; then cat "$RECORD/daemon.before"; else echo '{}'; fi
}

# The keys that were written by a deployment, not set already by the user.
written_daemon_keys() { cat "$RECORD/daemon.keys" 2>/dev/null || echo '{}'; }

# One line for each reason not to touch the file. A value that differs from
# ours is the user's decision, unless a former deployment set that key: somebody
# changed it since, and to run the step again is to mend that.
daemon_json_problems() {
  local there
  docker_proxy_problems
  [ "$DOCKER_NETWORK" = bridge ] || return 0
  if ! there=$(read_daemon_json | one_object 2>/dev/null); then
    echo "$DAEMON_JSON is not a JSON object: mend it or move it away"
    return
  fi
  jq -r --argjson wanted "$(wanted_daemon_keys)" --argjson written "$(written_daemon_keys)" --arg file "$DAEMON_JSON" '
    . as $there
    | (($wanted | keys_unsorted[]) as $key
        | select(($there | has($key)) and $there[$key] != $wanted[$key] and ($written | has($key) | not))
        | "\($file) sets \"\($key)\" to \($there[$key] | tojson), this deployment needs \($wanted[$key] | tojson): change it there or in the configuration"),
      (select((.bridge // "docker0") != "docker0")
        | "\($file) sets \"bridge\" to \(.bridge | tojson), this deployment needs the default bridge docker0")' <<<"$there"
}

docker_proxy_problems() {
  [ "$MODE" = proxy ] || return 0
  read_daemon_json 2>/dev/null | jq -r --arg file "$DAEMON_JSON" '
    select(.["userland-proxy"]? == false)
    | "\($file) sets \"userland-proxy\" to false, the mode proxy needs docker-proxy"' 2>/dev/null || true
}

# The file with the wanted keys, and without those that a former deployment
# wrote and this one does not need.
merged_daemon_json() {
  read_daemon_json | jq --indent 4 --argjson wanted "$(wanted_daemon_keys)" \
    --argjson written "$(written_daemon_keys)" --slurpfile found <(found_daemon_json) '
    $found[0] as $found
    | reduce ($written | keys_unsorted[] | select(in($wanted) | not)) as $key (.;
      if .[$key] != $written[$key] then .
      elif $found | has($key) then .[$key] = $found[$key]
      else del(.[$key]) end)
    | . + $wanted'
}

# stale_engine FILE: before FILE takes the place of daemon.json, notes whether
# the engine will have to start again for its "ip6tables".
stale_engine() {
  [ "$(jq -c --slurp '.[0].ip6tables' "$1")" = "$(read_daemon_json | jq -c .ip6tables)" ] || touch "$RECORD/engine.stale"
}

changes_ip6tables() {
  [ "$(merged_daemon_json | jq -c .ip6tables)" != "$(read_daemon_json | jq -c .ip6tables)" ]
}

# record_daemon_keys KEYS: those of them that the user had not set so already.
record_daemon_keys() {
  found_daemon_json | jq -c --argjson keys "$1" '
    . as $found | $keys | with_entries(select(.value != $found[.key]))' |
    write_file "$RECORD/daemon.keys" 600 >/dev/null
}

# Before the file is written: our keys as they are in it, and which of them we
# wrote, or null where none of ours is in it yet. Kept until the engine runs with
# the new file.
record_previous_keys() {
  [ ! -e "$RECORD/daemon.previous" ] || return 0
  if [ -e "$RECORD/daemon.written" ]; then
    read_daemon_json | jq -c --argjson written "$(written_daemon_keys)" '
      {there: with_entries(select(.key | IN("ipv6", "fixed-cidr-v6", "ip6tables"))), $written}'
  else
    echo null
  fi | write_file "$RECORD/daemon.previous" 600 >/dev/null
}

forget_previous_keys() { rm -f "$RECORD/daemon.previous"; }

# The file that was replaced is one of a former deployment.
follows_former_deployment() { jq -e . "$RECORD/daemon.previous" >/dev/null 2>&1; }

# Merges our keys in. The file as found is recorded once, before the first touch.
apply_daemon_json() {
  local merged wanted
  if [ ! -e "$RECORD/daemon.found" ]; then
    if [ -e "$DAEMON_JSON" ]; then
      cp -p "$DAEMON_JSON" "$RECORD/daemon.before.partial"
      mv "$RECORD/daemon.before.partial" "$RECORD/daemon.before"
    fi
    [ -d "${DAEMON_JSON%/*}" ] || touch "$RECORD/daemon.directory-made"
    touch "$RECORD/daemon.found"
  fi
  wanted=$(wanted_daemon_keys)
  if [ "$(merged_daemon_json | jq -cS .)" = "$(read_daemon_json | jq -cS .)" ]; then
    record_daemon_keys "$wanted"
    say "$DAEMON_JSON already has what is needed"
    return
  fi
  mkdir -p "${DAEMON_JSON%/*}"
  merged=$(mktemp "$DAEMON_JSON.XXXXXX")
  [ ! -e "$DAEMON_JSON" ] || cp -p "$DAEMON_JSON" "$merged"
  # A file that docker wrote or root copied is readable by all; a stricter one stays so.
  [ -e "$DAEMON_JSON" ] || chmod 644 "$merged"
  merged_daemon_json >"$merged.text"
  cat "$merged.text" >"$merged"
  rm -f "$merged.text"
  validate_daemon_json "$merged"
  record_previous_keys
  # The digests of all that was written; "edited": somebody else's edits are in
  # the file, its former bytes are history.
  if daemon_json_unedited; then
    cat "$RECORD/daemon.written" 2>/dev/null || true
    file_digest "$merged"
  else
    echo edited
  fi | write_file "$RECORD/daemon.written" 600 >/dev/null
  # Before the file itself, with what was ours until now: a kill between the
  # two must not make ours look like the user's.
  record_daemon_keys "$(jq -cn --argjson wanted "$wanted" --argjson written "$(written_daemon_keys)" '$written + $wanted')"
  stale_engine "$merged"
  mv -f "$merged" "$DAEMON_JSON"
  record_daemon_keys "$wanted"
  say "$DAEMON_JSON: set $wanted"
}

# What a deployment on the default bridge changed is as it was found, and history.
forget_daemon_json() { rm -f "$RECORD"/daemon.*; }

# Nobody but us wrote the file since it was found.
daemon_json_unedited() {
  if [ ! -e "$DAEMON_JSON" ]; then
    [ ! -e "$RECORD/daemon.before" ]
  elif ! cmp -s "$DAEMON_JSON" "$RECORD/daemon.before"; then
    grep -qsxF "$(file_digest "$DAEMON_JSON")" "$RECORD/daemon.written"
  fi
}

# Engines from 23.0 on check a file without starting.
validate_daemon_json() {
  local complaint
  if ! complaint=$(dockerd --validate --config-file "$1" 2>&1 | beginning); then
    [[ $complaint != *"unknown flag: --validate"* ]] || return 0
    rm -f "$1"
    die "dockerd does not accept the merged $DAEMON_JSON, nothing was changed: $complaint"
  fi
}

# Puts our keys back as the former deployment had them, in the file and on record.
restore_previous_keys() {
  local there written restored
  there=$(jq -c .there "$RECORD/daemon.previous")
  written=$(jq -c .written "$RECORD/daemon.previous")
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
  [ -e "$RECORD/daemon.written" ] && [ -e "$DAEMON_JSON" ] || return 0
  if ! daemon_json_unedited; then
    restore_daemon_keys
    return
  fi
  if [ -e "$RECORD/daemon.before" ]; then
    cp -p "$RECORD/daemon.before" "$DAEMON_JSON.restored"
    stale_engine "$DAEMON_JSON.restored"
    mv -f "$DAEMON_JSON.restored" "$DAEMON_JSON"
  else
    stale_engine <(echo '{}')
    rm -f "$DAEMON_JSON"
    [ ! -e "$RECORD/daemon.directory-made" ] || rmdir "${DAEMON_JSON%/*}" 2>/dev/null || true
  fi
  say "$DAEMON_JSON is as it was found"
}

restore_daemon_keys() {
  local restored
  restored=$(with_former_keys "$(found_daemon_json)" '{}') || return 0
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

# replace_daemon_json TEXT: mode and owner stay.
replace_daemon_json() {
  cp -p "$DAEMON_JSON" "$DAEMON_JSON.restored"
  printf '%s\n' "$1" >"$DAEMON_JSON.restored"
  stale_engine "$DAEMON_JSON.restored"
  mv -f "$DAEMON_JSON.restored" "$DAEMON_JSON"
}
