#!/bin/sh
exec node /opt/openbmp/kafkaTools.js "$@"
