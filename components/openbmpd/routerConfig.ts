/** Lines to paste in configuration mode so that a router opens a BMP session to the collector. */
export interface RouterConfig {
    readonly iosXr: string;
    readonly junos: string;
    readonly frr: string;
}

/**
 * BMP configuration for three router systems.
 *
 * Sources: Cisco's data model of IOS XR
 * (netascode.cisco.com/docs/data_models/iosxr/device/bmp_server), SNAS's router
 * configurations (snas.io/docs/router_config), Junos CLI reference (`bmp`, edit
 * routing-options), FRR user guide (BMP). The collector keeps IPv4 and IPv6
 * routes as the router received them, before its policy.
 *
 * @param address the collector's IPv6 address
 * @param port the collector's BMP port
 */
export function routerConfig(address: string, port: number): RouterConfig {
    return {
        iosXr: [
            "bmp server 1",
            ` host ${address} port ${port}`,
            " description openbmp",
            " initial-refresh delay 30 spread 2",
            " stats-reporting-period 60",
            "!",
            "! and for each neighbor that is to be monitored, below router bgp and neighbor:",
            "!  bmp-activate server 1",
        ].join("\n"),
        junos: [
            `set routing-options bmp station openbmp station-address ${address}`,
            `set routing-options bmp station openbmp station-port ${port}`,
            "set routing-options bmp station openbmp connection-mode active",
            "set routing-options bmp station openbmp route-monitoring pre-policy",
            "set routing-options bmp station openbmp statistics-timeout 60",
        ].join("\n"),
        frr: [
            "! bgpd must run with the option -M bmp (/etc/frr/daemons); the lines go below router bgp",
            "bmp targets openbmp",
            ` bmp connect ${address} port ${port} min-retry 1000 max-retry 30000`,
            " bmp stats interval 60000",
            " bmp monitor ipv4 unicast pre-policy",
            " bmp monitor ipv6 unicast pre-policy",
            "exit",
        ].join("\n"),
    };
}
