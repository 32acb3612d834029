/** Lines to paste into a router so that it opens a BMP session. */
export interface RouterConfig {
    readonly iosXr: string;
    readonly junos: string;
    readonly frr: string;
}

/**
 * BMP configuration for three router systems.
 *
 * Sources: Cisco IOS XR BGP configuration guide (`bmp server`), Junos
 * routing-options `bmp station`, FRR user guide (`bmp targets`).
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
            "! and under each neighbor of router bgp:",
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
            "! bgpd must be started with -M bmp",
            "! inside router bgp:",
            "bmp targets openbmp",
            ` bmp connect ${address} port ${port} min-retry 1000 max-retry 30000`,
            " bmp stats interval 60000",
            " bmp monitor ipv6 unicast pre-policy",
            "exit",
        ].join("\n"),
    };
}
