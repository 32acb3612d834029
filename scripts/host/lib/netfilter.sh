# shellcheck shell=bash
# Chains of ours in iptables and ip6tables, and the jumps into them from the
# kernel's own. Also a part of the program that stays on the host.

# list_jumps COMMAND TABLE CHAIN OURS: a line for each jump from CHAIN into OURS:
# its number in the chain, and the rule.
list_jumps() {
  local rules
  rules=$("$1" -w 10 -t "$2" -S "$3")
  awk -v chain="$3" -v ours="$4" '$1 == "-A" { number++ } $1 == "-A" && $NF == ours {
    sub("^-A " chain " ", ""); print number, $0 }' <<<"$rules"
}

# delete_jumps COMMAND TABLE CHAIN OURS [NUMBER]: all of them, but the one with that number.
delete_jumps() {
  local jumps number
  jumps=$(list_jumps "$1" "$2" "$3" "$4")
  # From the last one up, so that the numbers stay true.
  tac <<<"$jumps" | while read -r number _; do
    [ "$number" = "${5:-}" ] || "$1" -w 10 -t "$2" -D "$3" "$number"
  done
}

# ensure_jump COMMAND TABLE CHAIN RULE…, as iptables-save prints it: CHAIN has
# it once, and one of an earlier release goes when it is in its place.
ensure_jump() {
  local jumps
  jumps=$(list_jumps "$1" "$2" "$3" "${*: -1}")
  [ "${jumps#* }" != "${*:4}" ] || return 0
  "$1" -w 10 -t "$2" -I "$3" 1 "${@:4}"
  delete_jumps "$1" "$2" "$3" "${*: -1}" 1
}

# remove_chain COMMAND TABLE CHAIN OURS: with the jumps into it.
remove_chain() {
  local status=0
  delete_jumps "$@"
  "$1" -w 10 -t "$2" -F "$4" 2>/dev/null || status=$?
  case $status in
  0) "$1" -w 10 -t "$2" -X "$4" ;;
  # There is none; anything else is a failure.
  1) ;;
  *) return "$status" ;;
  esac
}
