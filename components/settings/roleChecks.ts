import type { Prefix } from "../values/addresses";
import { PUBLIC_REST_USER, REST_PORT } from "../values/ports";
import type { Mode, Role } from "../values/modes";

/** What the role decides on. */
export interface RoleSettings {
    readonly role: Role;
    readonly mode: Mode;
    readonly adminId?: string | undefined;
    readonly kafkaBrokers: readonly string[];
    readonly kafkaSettings: Readonly<Record<string, string>>;
    readonly kafkaFqdn: string;
    readonly kafkaAllowedCidrs: readonly (Prefix | undefined)[];
    readonly mysqlAllowedCidrs: readonly (Prefix | undefined)[];
    readonly restAllowedCidrs: readonly (Prefix | undefined)[];
    readonly restUser: string;
    readonly restPassword?: string | undefined;
    readonly restPort: number;
    readonly memoryGb: number;
    readonly purgeStaleData: boolean;
    readonly backupKeep?: number;
}

type Refuse = (path: string[], message: string) => void;

/** What must hold between the role and the other keys. */
export function checkRole(settings: RoleSettings, refuse: Refuse): void {
    const { role, kafkaBrokers, kafkaSettings } = settings;
    if (role === "collector") {
        checkCollector(settings, refuse);
        return;
    }
    for (const [key, isGiven] of [
        ["kafkaBrokers", kafkaBrokers.length > 0],
        ["kafkaSettings", Object.keys(kafkaSettings).length > 0],
    ] as const) {
        if (isGiven) {
            refuse([key], 'left out where role is "aio", which has a Kafka of its own: set role to "collector"');
        }
    }
}

function checkCollector(settings: RoleSettings, refuse: Refuse): void {
    if (settings.kafkaBrokers.length === 0) {
        refuse(["kafkaBrokers"], 'a list of at least one broker where role is "collector"');
    }
    if (settings.adminId === undefined) {
        refuse(
            ["adminId"],
            'given where role is "collector", and another one for each collector: by it, who reads Kafka tells them and their routers apart',
        );
    }
    if (settings.mode !== "dnat") {
        refuse(
            ["mode"],
            '"dnat" where role is "collector": through docker-proxy no address could be verified but by a router of nobody\'s in Kafka',
        );
    }
    for (const [key, isGiven] of partsOfAio(settings)) {
        if (isGiven) {
            refuse([key], `left out where role is "collector": ${OF_AIO}`);
        }
    }
}

const OF_AIO = "the image has openbmpd alone, without REST API, database and Kafka";

/** Keys about parts that only the AIO image has, and whether they are set. */
function partsOfAio(settings: RoleSettings): (readonly [key: string, isGiven: boolean])[] {
    return [
        ["restUser", settings.restUser !== PUBLIC_REST_USER],
        ["restPassword", settings.restPassword !== undefined],
        ["restPort", settings.restPort !== REST_PORT],
        ["restAllowedCidrs", settings.restAllowedCidrs.length > 0],
        ["kafkaFqdn", settings.kafkaFqdn !== "localhost"],
        ["kafkaAllowedCidrs", settings.kafkaAllowedCidrs.length > 0],
        ["mysqlAllowedCidrs", settings.mysqlAllowedCidrs.length > 0],
        ["memoryGb", settings.memoryGb !== 0],
        ["purgeStaleData", settings.purgeStaleData],
        ["backupKeep", (settings.backupKeep ?? 0) > 0],
    ];
}
