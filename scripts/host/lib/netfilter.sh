# shellcheck shell=bash
# Chains of ours in iptables and ip6tables, and the jumps into them from the
# kernel's own. Also a part of the program that stays on the host.

# inspect_jump TABLE CHAIN RULE…, as iptables-save prints it; its output is on stdin.
# "in place": the jump is there once, and decides when it is to; "misplaced" behind
# others; else "missing". What refuses stands first, beside other jumps of ours. What
# accepts stands before Docker's own chains, which drop what they do not know, and
# before a rule that refuses everything; but behind what others put there to refuse
# something, DOCKER-USER too. The number that a jump is to get follows.
inspect_jump() {
  awk -v table="*$1" -v chain="$2" -v rule="${*:3}" '
    BEGIN { words = split(rule, word, " "); ours = word[words]; accepts = ours == "OPENBMP-ACCEPT" }
    /^\*/ { in_table = $0 == table }
    !in_table || $1 != "-A" || $2 != chain { next }
    { number++ }
    $NF == ours { jumps++; if ($0 == "-A " chain " " rule) at = number; next }
    limit { next }
    accepts && / -j DOCKER-/ && $NF != "DOCKER-USER" { limit = number }
    accepts && $3 == "-j" && $4 ~ /^(DROP|REJECT)$/ { limit = number }
    !accepts && $NF !~ /^OPENBMP-/ { limit = number }
    END {
      state = "in place"
      if (limit && at > limit) state = "misplaced"
      if (jumps != 1 || !at) state = "missing"
      print state, accepts ? (limit ? limit : number + 1) : 1
    }'
}

# jumps_out_of_place: of the jumps on stdin, COMMAND TABLE CHAIN RULE…; in front of
# each what it is, and the number that it is to get.
jumps_out_of_place() {
  local saved saved_ipv4 saved_ipv6 state jump
  saved_ipv4=$(iptables-save)
  saved_ipv6=$(ip6tables-save)
  while read -ra jump; do
    saved=$saved_ipv6
    [ "${jump[0]}" = ip6tables ] || saved=$saved_ipv4
    state=$(inspect_jump "${jump[@]:1}" <<<"$saved")
    [[ $state == "in place"* ]] || echo "$state ${jump[*]}"
  done
}

# ensure_jumps: those on stdin are in place.
ensure_jumps() {
  local jump
  jumps_out_of_place | while read -ra jump; do place_jump "${jump[@]:1}"; done
}

# place_jump NUMBER COMMAND TABLE CHAIN RULE…: and others into the same chain go.
place_jump() {
  "$2" -w 10 -t "$3" -I "$4" "$1" "${@:5}"
  delete_jumps "$2" "$3" "$4" "${*: -1}" "$1"
}

# delete_jumps COMMAND TABLE CHAIN OURS [NUMBER]: all of them, but the one with that number.
delete_jumps() {
  local rules number
  rules=$("$1" -w 10 -t "$2" -S "$3")
  # From the last one up, so that the numbers stay true.
  awk -v ours="$4" '$1 == "-A" { number++ } $1 == "-A" && $NF == ours { print number }' <<<"$rules" | tac |
    while read -r number; do
      [ "$number" = "${5:-}" ] || "$1" -w 10 -t "$2" -D "$3" "$number"
    done
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
