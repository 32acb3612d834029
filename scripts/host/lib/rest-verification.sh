# shellcheck shell=bash
# Whether the REST API lets the configured login in.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/rest.sh
. "${BASH_SOURCE[0]%/*}/rest.sh"

# request_rest HOST_ADDRESS: leaves the API's answer in `status`.
request_rest() { status=$(rest_status "$1" "$REST_PORT" 0 ip netns exec "$PROBE") || status=''; }

# wait_for_rest COMMAND…: again and again until it leaves 200 in `status`. The
# API's port is open long before it answers, and its first answers come from a
# server whose application, or whose database, does not run yet. Ends with
# START_DEADLINE, with a container that stopped, and after some time of other answers.
wait_for_rest() {
  local begun=$SECONDS told='' answered=''
  until "$@" && [[ $status == *" 200" ]]; do
    [ -z "$status" ] || answered=${answered:-$SECONDS}
    [ "$SECONDS" -lt "$START_DEADLINE" ] && [ -e "/proc/$CONTAINER_PID" ] &&
      [ $((SECONDS - ${answered:-$SECONDS})) -lt "$REST_PATIENCE_SECONDS" ] || return 1
    still_waiting "the REST API answers" rest_progress
    sleep 0.5
  done
}
REST_PATIENCE_SECONDS=30

# Input: status, of its last answer.
rest_progress() {
  case $status in
  '') echo "it accepts connections, and says nothing yet" ;;
  *) echo "its answer is $status" ;;
  esac
}

# rest_problem: why the REST API did not answer with 200. Input: status, of its last answer.
rest_problem() {
  case $status in
  *" 401")
    if [ "$(collector_database <<<"SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'openBMP' AND table_name = 'users';" 2>/dev/null)" = 0 ]; then
      echo "the REST API lets nobody in: its table of logins is missing, as after a first start that was cut off." \
        "Nothing of a database that may hold your data is removed: move $DATA_DIRECTORY away while $CONTAINER is" \
        "stopped, and run again"
    else
      echo "the REST API does not accept the login ${REST_USER:-$PUBLIC_USER} (HTTP 401): set restUser and" \
        "restPassword to the login that it has"
    fi
    ;;
  '') echo "it accepts connections but does not answer: docker exec $CONTAINER tail /var/log/tomcat8/catalina.out" ;;
  *) echo "its answer is $status, not 200: docker exec $CONTAINER tail /var/log/tomcat8/catalina.out" ;;
  esac
}
