/** Lines to paste in configuration mode so that a router opens a BMP session to the collector. */
export interface RouterConfig {
    /** Cisco IOS XR. */
    readonly iosXr: string;
    /** Cisco IOS XE. */
    readonly iosXe: string;
    /** Juniper Junos. */
    readonly junos: string;
    /** Arista EOS. */
    readonly eos: string;
    /** Nokia SR OS, MD-CLI. */
    readonly srOs: string;
    /** FRRouting. */
    readonly frr: string;
    /** VyOS. */
    readonly vyos: string;
    /** SONiC, for vtysh. */
    readonly sonic: string;
}

/** To be replaced by the reader: no router takes it as it is. */
export const SOURCE_INTERFACE = "SOURCE_INTERFACE";
export const SOURCE_ADDRESS = "SOURCE_ADDRESS";

const ONLY_LET_IN = "in the collector's bmpAllowedCidrs: it hears nothing from any other";

/** What to put in the placeholder's place, as a comment of the router's. */
const interfaceNote = (comment: string, loopback: string) => [
    `${comment} ${SOURCE_INTERFACE}: an interface, as ${loopback}, whose IPv6 address is`,
    `${comment} ${ONLY_LET_IN}`,
];
const addressNote = (comment: string, loopback: string) => [
    `${comment} ${SOURCE_ADDRESS}: an IPv6 address of this router, as that of ${loopback}, which is`,
    `${comment} ${ONLY_LET_IN}`,
];

/** A collector, as a router reaches it. */
export interface Station {
    /** Its IPv6 address. */
    readonly address: string;
    /** Its BMP port. */
    readonly port: number;
    /** What a router's configuration calls it. */
    readonly name: string;
}

/** Its number, for systems that count them from 1. */
interface NumberedStation extends Station {
    readonly number: number;
}

/**
 * Sources: Cisco-IOS-XR-um-router-bgp-cfg.yang of 25.2.1 (YangModels/yang, vendor/cisco/xr/25215: `bmp servers server`,
 * whose host is a name or an address, and `update-source`), Cisco's data model of IOS XR
 * (netascode.cisco.com/docs/data_models/iosxr/device/bmp_server), snas.io/docs/router_config.
 */
const iosXr = (stations: readonly NumberedStation[]) => [
    ...interfaceNote("!", "Loopback0"),
    ...stations.flatMap(({ number, name, address, port }) => [
        `bmp server ${number}`,
        ` host ${address} port ${port}`,
        ` description ${name}`,
        ` update-source ${SOURCE_INTERFACE}`,
        " initial-refresh delay 30 spread 2",
        " stats-reporting-period 60",
        "!",
    ]),
    "! and for each neighbor that is to be monitored, below router bgp and neighbor:",
    ...stations.map(({ number }) => `!  bmp-activate server ${number}`),
];

/**
 * Sources: Cisco-IOS-XE-bgp.yang of 26.1.1 (YangModels/yang, vendor/cisco/xe/2611: `config-bmp-server-grouping`, whose
 * address is IPv4 or IPv6, the same since 17.7.1), Cisco's "IP Routing: BGP Configuration Guide", chapter "BGP
 * Monitoring Protocol" (`address {ipv4-addr | ipv6-addr} port-number`), snas.io/docs/router_config.
 */
const iosXe = (stations: readonly NumberedStation[]) => [
    "! the lines go below router bgp",
    ...interfaceNote("!", "Loopback0"),
    ...stations.flatMap(({ number, name, address, port }) => [
        `bmp server ${number}`,
        ` address ${address} port-number ${port}`,
        ` description ${name}`,
        ` update-source ${SOURCE_INTERFACE}`,
        " initial-delay 30",
        " failure-retry-delay 60",
        " stats-reporting-period 60",
        " activate",
        " exit-bmp-server-mode",
    ]),
    "bmp initial-refresh delay 30",
    "! and for each neighbor that is to be monitored, below router bgp, too:",
    `!  neighbor ADDRESS bmp-activate ${stations.length === 1 ? "server 1" : "all"}`,
];

/**
 * Sources: junos-conf-routing-options of 24.4R1 (Juniper/yang: `bmp station`, whose `station-address` and
 * `local-address` are of either family), Junos CLI reference (`bmp`, edit routing-options).
 */
const junos = (stations: readonly Station[]) => [
    ...addressNote("#", "lo0"),
    ...stations.flatMap(({ name, address, port }) =>
        [
            `station-address ${address}`,
            `station-port ${port}`,
            `local-address ${SOURCE_ADDRESS}`,
            "connection-mode active",
            "route-monitoring pre-policy",
            "statistics-timeout 60",
        ].map((words) => `set routing-options bmp station ${name} ${words}`),
    ),
];

/**
 * Arista's public models have no BMP. Sources: the lines that openconfig/featureprofiles configures
 * (internal/cfgplugins, `BMPConfigParams`, with an IPv4 station), those that Microsoft documents for Azure Operator
 * Nexus (BMP log streaming), and the options of ansible-collections/arista.eos (`eos_bgp_global`, `monitoring`).
 */
const eos = (stations: readonly Station[]) => [
    "! the lines go below router bgp; all its neighbors are monitored",
    ...interfaceNote("!", "Loopback0"),
    "! no public source tells whether EOS takes an IPv6 address after connection address:",
    "! where it does not, use the collector's IPv4 address, and an IPv4 source",
    "bgp monitoring",
    "monitoring received routes address-family ipv4 unicast",
    "monitoring received routes address-family ipv6 unicast",
    ...stations.flatMap(({ name, address, port }) => [
        `monitoring station ${name}`,
        `   update-source ${SOURCE_INTERFACE}`,
        "   statistics",
        `   connection address ${address}`,
        `   connection mode active port ${port}`,
        "   export-policy received routes pre-policy",
        "exit",
    ]),
];

/**
 * In MD-CLI, in the exclusive or private mode; then commit. Sources: nokia-conf-bmp.yang and nokia-conf-router-bgp.yang
 * (container `monitor`) of 26.3 (nokia/7x50_YangModels); `station-address` and `local-address` are of either family
 * in its oldest model, 19.5, too.
 */
const srOs = (stations: readonly Station[]) => [
    ...addressNote("#", "the interface system"),
    ...[
        "bmp admin-state enable",
        ...stations.flatMap(({ name, address, port }) => [
            `bmp station ${name} admin-state enable`,
            `bmp station ${name} stats-report-interval 60`,
            `bmp station ${name} connection local-address ${SOURCE_ADDRESS}`,
            `bmp station ${name} connection station-address ip-address ${address}`,
            `bmp station ${name} connection station-address port ${port}`,
            `bmp station ${name} family ipv4 true`,
            `bmp station ${name} family ipv6 true`,
        ]),
        'router "Base" bgp monitor admin-state enable',
        'router "Base" bgp monitor route-monitoring pre-policy true',
        ...stations.map(({ name }) => `router "Base" bgp monitor station ${name}`),
    ].map((words) => `/configure ${words}`),
];

/** Sources: FRR user guide (BMP) and bgpd/bgp_bmp.c: `source-interface` since 8.4. */
const frrTargets = (stations: readonly Station[]) => [
    "bmp targets openbmp",
    ...stations.map(
        ({ address, port }) =>
            ` bmp connect ${address} port ${port} min-retry 1000 max-retry 30000 source-interface ${SOURCE_INTERFACE}`,
    ),
    " bmp stats interval 60000",
    " bmp monitor ipv4 unicast pre-policy",
    " bmp monitor ipv6 unicast pre-policy",
    "exit",
];

const frr = (stations: readonly Station[]) => [
    "! bgpd must run with the option -M bmp (/etc/frr/daemons); the lines go below router bgp",
    ...interfaceNote("!", "lo"),
    ...frrTargets(stations),
];

/**
 * Sources: vyos/vyos-1x, interface-definitions/include/bgp/protocol-common-config.xml.i (`bmp`, which has no source),
 * data/templates/frr/bgpd.frr.j2 (what FRR is given), src/conf_mode/protocols_bgp.py (the module must be loaded
 * before).
 */
const vyos = (stations: readonly Station[]) => [
    "# VyOS has no command for the source of BMP: it is the address that follows src in the output of",
    ...stations.map(({ address }) => `# ip -6 route get ${address}, and must be`),
    `# ${ONLY_LET_IN}`,
    "# bgpd loads its module at its start: this line alone first, then commit and run restart bgp",
    "set system frr bmp",
    ...stations.flatMap(({ name, address, port }) =>
        [
            `address ${address}`,
            `port ${port}`,
            "min-retry 1000",
            "max-retry 30000",
            "monitor ipv4-unicast pre-policy",
            "monitor ipv6-unicast pre-policy",
        ].map((words) => `set protocols bgp bmp target ${name} ${words}`),
    ),
];

/**
 * For vtysh. Sources: sonic-net/sonic-buildimage, rules/frr.mk (FRR 10.5.4), dockers/docker-fpm-frr/frr
 * (supervisord.conf.common.j2: when bgpd has the module; bgpd.main.conf.j2: what the feature itself configures) and
 * docker_init.sh (what it writes anew).
 */
const sonic = (stations: readonly Station[]) => [
    "! bgpd must run with the option -M bmp: where the feature bmp or frr_bmp is enabled, after a restart of the",
    "! container bgp. In vtysh the lines go below router bgp; unless docker_routing_config_mode is split or",
    "! split-unified, SONiC drops them when that container starts again",
    ...interfaceNote("!", "Loopback0"),
    ...frrTargets(stations),
];

/**
 * BMP configuration for the router systems that are known, each with the source of the session pinned where the system
 * can: `bmpAllowedCidrs` lets in by it. Only FRR's lines, SONiC's among them, and what VyOS gives to FRR were loaded
 * into a real router. The collector keeps IPv4 and IPv6 routes as the router received them, before its policy.
 *
 * @param address the collector's IPv6 address
 * @param port the collector's BMP port
 */
export function routerConfig(address: string, port: number): RouterConfig {
    return routerConfigOf([{ address, port, name: STATION }]);
}

/** What a router calls a collector that is alone. */
export const STATION = "openbmp";

/** As many as a router takes: by Cisco's models, and by Juniper's reference of Junos 13.3 (`station`, edit routing-options bmp). */
const MOST_STATIONS = { iosXr: 8, iosXe: 4, junos: 3 };

/** The same for several collectors: each router sends to all of them, or to as many as it can, unless lines are left out. */
export function routerConfigOf(stations: readonly Station[]): RouterConfig {
    const numbered = stations.map((station, index) => ({ ...station, number: index + 1 }));
    const lines = (system: (stations: readonly NumberedStation[]) => string[], most?: number) =>
        system(numbered.slice(0, most)).join("\n");
    return {
        iosXr: lines(iosXr, MOST_STATIONS.iosXr),
        iosXe: lines(iosXe, MOST_STATIONS.iosXe),
        junos: lines(junos, MOST_STATIONS.junos),
        eos: lines(eos),
        srOs: lines(srOs),
        frr: lines(frr),
        vyos: lines(vyos),
        sonic: lines(sonic),
    };
}
