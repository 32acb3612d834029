import { textsOf } from "../values/addresses";
import type { Settings } from "./schema";

/** Variables that the image's README has, and what its start script reads in their place. */
const UNREAD_VARIABLES = {
    NUM_MYSQL_CONSUMERS: "NUM_CONSUMERS",
    MYSQL_OPENBMP_PASSWORD: "OPENBMP_DB_PASSWORD",
};

/** What of an accepted configuration is perhaps unmeant: a line each. */
export function settingsWarnings(settings: Settings): string[] {
    return [...emptyLists(settings), ...unreadVariables(settings), ...databasePassword(settings)];
}

function unreadVariables({ environment }: Settings): string[] {
    return Object.entries(UNREAD_VARIABLES)
        .filter(([name]) => Object.hasOwn(environment, name))
        .map(([name, read]) => `environment has ${name}, which the image does not read: name it ${read}`);
}

/** What fills the database reads its password from a file alone (openbmp-mysql-consumer 0.2.0). */
function databasePassword({ environment }: Settings): string[] {
    return Object.hasOwn(environment, "OPENBMP_DB_PASSWORD")
        ? [
              "environment has OPENBMP_DB_PASSWORD, which the image's consumers do not read: write it into /var/openbmp/config/obmp-mysql-consumer.yml, too, or no router gets a row (docs/outside-consumers.md)",
          ]
        : [];
}

/** What the lists shut out. */
function emptyLists(settings: Settings): string[] {
    const isAio = settings.role === "aio";
    const withoutIpv4 = settings.target === "aws" && !settings.publicIpv4;
    const lists = [
        ["bmpAllowedCidrs", settings.bmpAllowedCidrs, "so no router can connect: list their prefixes"],
        [
            "restAllowedCidrs",
            settings.restAllowedCidrs,
            isAio ? "so nobody but the host itself can use the REST API: list the prefixes that may" : undefined,
        ],
        ["kafkaAllowedCidrs", settings.kafkaAllowedCidrs, undefined],
        ["mysqlAllowedCidrs", settings.mysqlAllowedCidrs, undefined],
    ] as const;
    return lists.flatMap(([key, prefixes, consequence]) => {
        const unreachable = prefixes.filter(({ family }) => withoutIpv4 && family === "ipv4");
        return [
            ...(prefixes.length === 0 && consequence !== undefined ? [`${key} is empty, ${consequence}`] : []),
            ...(unreachable.length > 0
                ? [
                      `${key} has IPv4 prefixes (${textsOf(unreachable).join(", ")}), which cannot connect: set publicIpv4, or remove them`,
                  ]
                : []),
        ];
    });
}
