# shellcheck shell=bash
# ShellCheck for files that source each other. It reads a library anew wherever it is
# sourced, which for a step's file comes to thirty times its text: so it gets copies, in
# which a file sources all that it needs once, in one line. Line numbers stay.

# sourced_by FILE: the libraries that a file of scripts/host names.
sourced_by() { sed -nE 's,^# shellcheck source=scripts/host/,,p' "scripts/host/$1"; }

# collect_sources FILE: adds to SOURCES what it needs, directly or not.
collect_sources() {
  local library
  for library in $(sourced_by "$1"); do
    [[ " ${SOURCES[*]} " != *" $library "* ]] || continue
    SOURCES+=("$library")
    collect_sources "$library"
  done
}

# without_sources FILE LINE: its text, with LINE for the first library, and nothing for the others.
without_sources() {
  awk -v line="$2" '
    /^# shellcheck source=scripts\/host\// { print ""; next }
    /^\. "\$\{BASH_SOURCE\[0\]%\/\*\}/ { print line; line = ""; next }
    { print }' "scripts/host/$1"
}

# check_host_shell FILE…: of scripts/host. Two at a time.
check_host_shell() {
  local copies file SOURCES status=0
  copies=$(mktemp -d)
  for file in $(cd scripts/host && echo */*.sh); do
    mkdir -p "$copies/sourced/${file%/*}"
    without_sources "$file" '' >"$copies/sourced/$file"
  done
  for file; do
    file=${file#scripts/host/}
    mkdir -p "$copies/scripts/host/${file%/*}"
    SOURCES=()
    collect_sources "$file"
    without_sources "$file" "$(printf ". $copies/sourced/%s; " "${SOURCES[@]}")" >"$copies/scripts/host/$file"
  done
  (cd "$copies" && printf '%s\n' "$@" | xargs -n 8 -P 2 shellcheck -x) || status=$?
  rm -rf "$copies"
  return "$status"
}
