# shellcheck shell=bash
# Chains of ours in iptables and ip6tables, and the jumps into them from the
# kernel's own. Also a part of the program that stays on the host.

# numbered_rules COMMAND TABLE CHAIN: a line for each rule: its number, and the rule.
numbered_rules() {
  local rules
  rules=$("$1" -w 10 -t "$2" -S "$3")
  awk -v chain="$3" '$1 == "-A" { sub("^-A " chain " ", ""); print ++number, $0 }' <<<"$rules"
}

# numbered_jumps COMMAND TABLE CHAIN OURS: those of the rules that jump into OURS.
numbered_jumps() { numbered_rules "${@:1:3}" | awk -v ours="$4" '$NF == ours'; }

# delete_jumps COMMAND TABLE CHAIN OURS [NUMBER]: all of them, but the one with that number.
delete_jumps() {
  local jumps number
  jumps=$(numbered_jumps "$1" "$2" "$3" "$4")
  # From the last one up, so that the numbers stay true.
  tac <<<"$jumps" | while read -r number _; do
    [ "$number" = "${5:-}" ] || "$1" -w 10 -t "$2" -D "$3" "$number"
  done
}

# place_of COMMAND TABLE CHAIN OURS: the number that a new jump gets. What refuses
# stands first. What accepts stands before Docker's own chains, which drop what
# they do not know, and before a rule that refuses everything; but behind what others
# put there to refuse something, DOCKER-USER too.
place_of() {
  if [ "$4" != OPENBMP-ACCEPT ]; then
    echo 1
    return
  fi
  numbered_rules "${@:1:3}" | awk '
    / -j DOCKER-/ && $NF != "DOCKER-USER" || $2 == "-j" && ($3 == "DROP" || $3 == "REJECT") { found = $1; exit }
    END { print found ? found : NR + 1 }'
}

# jump_is_in_place COMMAND TABLE CHAIN RULE…, as iptables-save prints it: it is there
# once, and nothing stands before it that place_of would put behind it. Of ours, any may.
jump_is_in_place() {
  local ours=${*: -1} jump place
  jump=$(numbered_jumps "$1" "$2" "$3" "$ours")
  [ "${jump#* }" = "${*:4}" ] || return 1
  place=$(place_of "$1" "$2" "$3" "$ours")
  if [ "$ours" = OPENBMP-ACCEPT ]; then
    [ "${jump%% *}" -le "$place" ]
  else
    numbered_rules "$1" "$2" "$3" | awk -v jump="${jump%% *}" '$1 < jump && $NF !~ /^OPENBMP-/ { exit 1 }'
  fi
}

# ensure_jump COMMAND TABLE CHAIN RULE…: in its place, and others into the same chain go.
ensure_jump() {
  local place
  ! jump_is_in_place "$@" || return 0
  place=$(place_of "$1" "$2" "$3" "${*: -1}")
  "$1" -w 10 -t "$2" -I "$3" "$place" "${@:4}"
  delete_jumps "$1" "$2" "$3" "${*: -1}" "$place"
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
