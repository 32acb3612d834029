# shellcheck shell=bash
# Chains of ours in iptables and ip6tables, and the jumps into them from the
# kernel's own. Also a part of the program that stays on the host.

# jumps_out_of_place: of the jumps on stdin, COMMAND TABLE CHAIN RULE… as iptables-save
# prints it, those that are not there once and decide when they are to. In front of each
# "misplaced", where it is behind others, or "missing", and the number that it is to get.
# What refuses stands first, beside other jumps of ours. What accepts stands before Docker's
# own chains, which drop what they do not know, and before a rule that refuses everything, in
# FORWARD or in a chain that begins with one, as ufw's is for `ufw default reject routed`; but
# behind what others put there to refuse something, DOCKER-USER too.
jumps_out_of_place() {
  local saved_ipv4 saved_ipv6
  saved_ipv4=$(iptables-save)
  saved_ipv6=$(ip6tables-save)
  jumps_out_of_place_in "$saved_ipv4" "$saved_ipv6"
}

# jumps_out_of_place_in SAVED-IPV4 SAVED-IPV6: the same, of what was printed before.
jumps_out_of_place_in() {
  # Twice: a chain that refuses everything may come after the jump to it.
  { cat && for _ in 1 2; do printf '%s\n' "= iptables" "$1" "= ip6tables" "$2"; done; } | awk '
    $1 == "=" { command = $2; times[command]++; next }
    !command {
      jump[++jumps] = $0
      chain_of[jumps] = $1 " *" $2 " " $3
      ours[jumps] = $NF
      printed[jumps] = $0; sub(/^[^ ]+ [^ ]+/, "-A", printed[jumps])
      next
    }
    /^\*/ { table = $0 }
    $1 == "-A" && times[command] == 1 && !begun[command, table, $2]++ && refuses() { refusing[command, table, $2] = 1 }
    $1 == "-A" && times[command] == 2 { for (j = 1; j <= jumps; j++) if (chain_of[j] == command " " table " " $2) look(j) }
    function accepts(j) { return ours[j] == "OPENBMP-ACCEPT" }
    function look(j) {
      number[j]++
      if ($NF == ours[j]) { found[j]++; if ($0 == printed[j]) at[j] = number[j] }
      else if (!limit[j] && (accepts(j) ? refuses_all() : $NF !~ /^OPENBMP-/)) limit[j] = number[j]
    }
    function refuses() { return $3 == "-j" && $4 ~ /^(DROP|REJECT)$/ }
    function refuses_all() {
      if ($NF == "DOCKER-USER") return 0
      return / -j DOCKER-/ || refuses() || $3 == "-j" && refusing[command, table, $4]
    }
    END {
      for (j = 1; j <= jumps; j++) {
        place = !accepts(j) ? 1 : limit[j] ? limit[j] : number[j] + 1
        if (found[j] != 1 || !at[j]) print "missing", place, jump[j]
        else if (limit[j] && at[j] > limit[j]) print "misplaced", place, jump[j]
      }
    }'
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
