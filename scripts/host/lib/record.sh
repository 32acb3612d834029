# shellcheck shell=bash
# The record of the host: its original state, so that destroy can restore it, and what
# a deployment is about to do, so that the next run can go on where it was cut off.
# For root alone. One directory, which goes as a whole at destroy.
#
# file                  written by                       read by                                removed by, before destroy
# owner                 the first step (claim_host)      every step, status, take-over    -
# forwarding            docker-daemon-config             docker-restart, ipv6-dnat, destroy     -
# accept_ra             keep_default_route               itself, status, destroy                -
# daemon.found          the first change of daemon.json  docker-restart, destroy                docker-restart (forget_daemon_json)
# daemon.before         the same: the original file      merge, ipv6-dnat, destroy              the same
# daemon.directory-made the same: there was no directory destroy                                the same
# daemon.keys           each change of daemon.json       merge, preflight, status, destroy      the same
# daemon.written        the same: digests of the file    destroy                                the same
# daemon.previous       the same: the last working keys  docker-restart, which undoes           docker-restart, once the engine runs
# engine.stale          a change of "ip6tables"          docker-restart, preflight, status      a restart of the engine
# restart.json          before a restart of the engine   after it, or the next run, destroy     restore_containers
# collector.stopped     docker-restart                   the same                               the same
# container.inspection  aio-container                    nobody: it is moved to /var/openbmp    aio-container
# container.before      aio-container (replaceContainer) destroy                                -
# units.new             ipv6-dnat                        the same, where it was cut off         ipv6-dnat
# rest-login            collector-start                  the same, destroy                      -
# rest-login.former     collector-start                  destroy                                -

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"

RECORD=/var/lib/openbmp-aio-ipv6

# shellcheck disable=SC2034 # others read and write them
{
  # PROJECT/STACK.
  RECORDED_OWNER=$RECORD/owner
  # net.ipv6.conf.all.forwarding, 0 or 1.
  ORIGINAL_FORWARDING=$RECORD/forwarding
  # Interfaces whose accept_ra was set to 2, one a line.
  ACCEPT_RA=$RECORD/accept_ra
  # An empty file: what follows is complete.
  DAEMON_JSON_IS_RECORDED=$RECORD/daemon.found
  # The file itself; does not exist where there was none.
  ORIGINAL_DAEMON_JSON=$RECORD/daemon.before
  DAEMON_DIRECTORY_MADE=$RECORD/daemon.directory-made
  # A JSON object: the keys that a deployment wrote and the user had not set so.
  DEPLOYED_DAEMON_KEYS=$RECORD/daemon.keys
  # SHA-256 of each version that was written, one a line; "edited" where somebody else wrote, too.
  DAEMON_DIGESTS=$RECORD/daemon.written
  # A JSON object, null where none of ours was in the file yet.
  WORKING_DAEMON_KEYS=$RECORD/daemon.previous
  # An empty file; its time counts.
  ENGINE_IS_STALE=$RECORD/engine.stale
  # A JSON object: what ran, and the restart policies of what did not.
  CONTAINERS_BEFORE_RESTART=$RECORD/restart.json
  # An empty file: it was stopped for a change that is not done yet.
  COLLECTOR_IS_STOPPED=$RECORD/collector.stopped
  # What docker inspect says of the original container, before it is moved to /var/openbmp.
  INSPECTION=$RECORD/container.inspection
  # A JSON object: whether that container ran, and its restart policy.
  ORIGINAL_CONTAINER=$RECORD/container.before
  # An empty file: systemd has not read them yet.
  UNITS_ARE_NEW=$RECORD/units.new
  # "ours", "replaced" or "removed", name and hash in hexadecimal digits.
  OUR_LOGIN=$RECORD/rest-login
  ORIGINAL_LOGIN=$RECORD/rest-login.former
}

# claim_host: the host is this stack's from here on, or the step ends. A file gets
# its name once: of two stacks at the same moment, one has it.
claim_host() {
  local claim recorded problem
  if [ ! -e "$RECORDED_OWNER" ]; then
    (umask 077 && mkdir -p "$RECORD")
    claim=$(write_claim)
    ln -T "$claim" "$RECORDED_OWNER" 2>/dev/null || true
    rm -f "$claim"
  fi
  recorded=$(recorded_owner)
  [ -n "$recorded" ] || refuse_unnamed_owner
  problem=$(owner_problem "$recorded")
  [ -z "$problem" ] || die "$problem"
}

# write_claim: prints the path of a file beside the owner's, which has this stack's
# name. A power cut must not leave a name without its text.
write_claim() {
  local claim
  claim=$(mktemp "$RECORDED_OWNER.XXXXXX")
  if ! { printf '%s\n' "$OWNER" >"$claim" && sync "$claim"; }; then
    rm -f "$claim"
    die "$RECORDED_OWNER cannot be written: fix what the line above says, and run again"
  fi
  echo "$claim"
}

refuse_unnamed_owner() { die "$RECORDED_OWNER names no stack: run again; if that does not help, remove the file"; }

# owner_problem RECORDED: a line where that is another stack.
owner_problem() {
  [ -z "$1" ] || [ "$1" = "$OWNER" ] ||
    echo "the host is deployed by the stack $1: destroy that one first, or take the host over (scripts/stack" \
      "take-over) where its state is lost"
}

# release_host: in one move, so that a claim at this moment finds all of the record, or none.
release_host() {
  clear_released
  mv -T "$RECORD" "$RECORD.released"
  clear_released
}

clear_released() { rm -rf "$RECORD.released"; }

# The stack that an earlier deployment recorded, empty when there is none.
recorded_owner() { cat "$RECORDED_OWNER" 2>/dev/null || true; }
