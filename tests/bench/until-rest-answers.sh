#!/usr/bin/env bash
# Returns when the REST API of a host answers over IPv6: ADDRESS
set -euo pipefail
until curl --silent --globoff --max-time 1 --output /dev/null "http://[$1]:8001/db_rest/v1/routers"; do
  sleep 0.05
done
