import type { Settings } from "./settings";

/** What an accepted configuration shuts out, perhaps unmeant: a line each. */
export function settingsWarnings(settings: Settings): string[] {
    const withoutIpv4 = settings.target === "aws" && !settings.publicIpv4;
    const lists = [
        ["bmpAllowedCidrs", settings.bmpAllowedCidrs, "no router can connect to the collector"],
        ["restAllowedCidrs", settings.restAllowedCidrs, "nobody can use the REST API, except on the host itself"],
    ] as const;
    return lists.flatMap(([key, prefixes, consequence]) => {
        const unreachable = prefixes.filter((prefix) => withoutIpv4 && !prefix.includes(":"));
        return [
            ...(prefixes.length === 0 ? [`${key} is empty: ${consequence}`] : []),
            ...(unreachable.length > 0
                ? [`${key} has IPv4 prefixes (${unreachable.join(", ")}), which cannot connect: publicIpv4 is false`]
                : []),
        ];
    });
}
