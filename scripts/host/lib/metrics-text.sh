# shellcheck shell=bash
# The facts of the collector as Prometheus's text format
# (https://prometheus.io/docs/instrumenting/exposition_formats).

# metrics_text: of objects on stdin, those that inspect/ and the program print.
metrics_text() {
  jq --raw-output --slurp '
    def quoted: tostring | gsub("[\\p{C}\\p{Zl}\\p{Zp}]"; "?") | .[0:200] | tojson;
    def labels: to_entries | map("\(.key)=\(.value | quoted)") | if . == [] then "" else "{\(join(","))}" end;
    def number: if . == true then 1 elif . == false then 0 else . end;
    # What is not known has no line. Of rows that look alike, as those of a router before and after a change of
    # adminId, the first counts.
    def metric($name; $type; $help; samples):
      reduce (samples | select(.value != null)) as $sample ({}; ($sample.labels // {} | labels) as $labels
        | if has($labels) then . else .[$labels] = ($sample.value | number) end)
      | [to_entries[] | "openbmp_\($name)\(.key) \(.value)"]
      | if . == [] then empty else "# HELP openbmp_\($name) \($help)", "# TYPE openbmp_\($name) \($type)", .[] end;
    def gauge($name; $help; samples): metric($name; "gauge"; $help; samples);
    def counter($name; $help; samples): metric($name; "counter"; $help; samples);
    # Seconds of the times that Docker prints, whose fractions strptime does not know.
    def seconds: sub("\\.[0-9]+"; "") | fromdateiso8601? // null;

    add | . as $facts
    | [.addresses[]?.address] as $own
    # By docker-proxy on purpose, every router comes under an address of the host, and PAT tells them apart.
    | def not_own: $facts.mode == "dnat" and IN($own[]);
    gauge("engine_up"; "Whether the Docker engine answers."; {value: (.engine != null)}),
      gauge("engine_info"; "The version of the Docker engine."; .engine // empty | {labels: {version}, value: 1}),
      gauge("collector_up"; "Whether the container runs."; {value: (.container.running // false)}),
      gauge("collector_start_time_seconds"; "When the container was started, since the epoch."; .container // empty | {value: (.startedAt | seconds)}),
      gauge("database_up"; "Whether the collector database answers."; select(.aio != false) | {value: (.database != null)}),
      gauge("routers_known"; "Routers in the database."; {value: .database.known}),
      gauge("routers_connected"; "Routers that the database has as connected."; {value: .database.connected}),
      gauge("routers_under_foreign_address"; "Connected routers under an address of the host: not their own."; .database // empty
        | {value: ([.routers[] | select(.connected and (.address | not_own))] | length)}),
      gauge("router_up"; "Whether the router is connected."; .database.routers[]? | {labels: {router: .name, address}, value: .connected}),
      gauge("router_address_own"; "Whether the address is none of the host."; .database.routers[]? | {labels: {router: .name, address}, value: (.address | not_own | not)}),
      gauge("router_changed_timestamp_seconds"; "When the database last noted a change of the router, since the epoch."; .database.routers[]? | {labels: {router: .name, address}, value: .changed}),
      gauge("router_last_seen_timestamp_seconds"; "When the router was last connected, since the epoch."; $facts.now as $now
        | .database.routers[]? | {labels: {router: .name, address}, value: (if .connected then $now else .changed end)}),
      gauge("bmp_sessions"; "TCP connections at the BMP port, by whose address the collector sees."; .sessions // empty
        | {labels: {source: "router"}, value: (map(select(not_own | not)) | length)}, {labels: {source: "host"}, value: (map(select(not_own)) | length)}),
      gauge("datapath_info"; "What carries IPv6 from a port of the host to the container."; .ports[]? | {labels: {port: .name, number: .port, datapath}, value: 1}),
      gauge("rules_as_deployed"; "Whether the rules on the host are those of the deployment."; {value: .rulesAsDeployed}),
      gauge("unit_active"; "Whether a systemd unit of the deployment is active."; .units[]? | {labels: {unit: .name}, value: .active}),
      counter("allowed_packets_total"; "Packets at a port from a prefix of its allow list, since the rules were first written."; .allowed[]?
        | {labels: {port, prefix}, value: .packets}),
      counter("dropped_packets_total"; "Packets at the ports from outside their allow lists."; .dropped // empty | to_entries[] | {labels: {family: .key}, value}),
      gauge("outside_sources"; "Addresses outside the allow lists that asked for a port within a day."; .outside // empty | {value: ([.[].address] | unique | length)}),
      gauge("consumers_attached"; "Whether a consumer of the database reads what routers send."; {value: .kafka.consumersAttached}),
      gauge("last_row_timestamp_seconds"; "When the database was last written to, since the epoch."; {value: .database.lastRow}),
      gauge("database_bytes"; "Size of the tables and their indexes."; {value: .database.bytes}),
      gauge("filesystem_size_bytes"; "Size of the file system of the database."; {value: .disk.size}),
      gauge("filesystem_avail_bytes"; "What of it is free."; {value: .disk.free}),
      gauge("container_layer_bytes"; "What the container wrote besides its database."; {value: .disk.containerLayer}),
      gauge("container_log_bytes"; "Size of the log that Docker keeps of the container."; {value: .disk.containerLog}),
      gauge("verification_success"; "Whether the last packet from outside arrived in the container under its own address."; {value: .verification.success}),
      gauge("verification_timestamp_seconds"; "When that was, since the epoch."; {value: .verification.time})
  '
}
