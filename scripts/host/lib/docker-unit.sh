# shellcheck shell=bash
# docker.service: started within a time, and waited for until the engine answers.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"

# The unit itself has no limit for its start. One that stops takes up to a minute and a half before.
RESTART_SECONDS=300
# Of a daemon that has started.
ANSWER_SECONDS=90

# start_docker_unit VERB: start or restart; returns 1 with the reason in NOT_STARTED.
# shellcheck disable=SC2034 # the files that source this one read it
start_docker_unit() {
  local status=0
  systemctl reset-failed docker.service 2>/dev/null || true
  # In this process group, as whatever else is cut off with the step.
  timeout --foreground "$RESTART_SECONDS" systemctl "$1" docker.service || status=$?
  case $status in
  0)
    ! wait_for_engine || return 0
    NOT_STARTED="Docker starts, and does not answer within $ANSWER_SECONDS s"
    ;;
  124) NOT_STARTED="Docker hangs at its start, for $RESTART_SECONDS s already" ;;
  *) NOT_STARTED="Docker does not start" ;;
  esac
  return 1
}

wait_for_engine() {
  local begun=$SECONDS told=''
  until engine_answers; do
    [ $((SECONDS - begun)) -lt "$ANSWER_SECONDS" ] || return 1
    still_waiting "Docker answers" engine_progress
    sleep 0.2
  done
}

engine_progress() { echo "of docker.service systemd says $(systemctl is-active docker.service || true)"; }
