/** The configuration of a stack with several collectors, split up into that of each. */
import { z } from "zod";
import { isHostName, sameHost } from "../values/addresses";
import { text } from "../values/forms";
import { SSH_PORT } from "../values/ports";
import { checkSeveralVms } from "./crossChecks";
import { integer } from "./fields";
import { keyOfOtherTarget, pathText, problemLine, unknownKey } from "./messages";

/** The name of the collector at the root of the stack, to which the configuration gives none. */
export const ROOT_NAME = "first";

/** The prefix that is added to the VPC has so many subnets of the smallest size that AWS takes, the first one's place among them. */
const MOST_VMS = 16;

/** What an entry of `hosts` has of its own, by the key that a collector by itself has it under. */
const ENTRY_KEYS: Readonly<Record<string, string>> = {
    hostAddress: "address",
    hostPort: "port",
    hostUser: "user",
    hostKey: "hostKey",
    adminId: "adminId",
    routerFacingAddress: "routerFacingAddress",
};

/** With "openbmp-" before it, it is the name of a station for routers: 32 characters. */
const NAME = "1 to 24 lower-case letters, digits and hyphens, a letter first, no hyphen last";

/** What stands at the other keys is checked as what a collector by itself has. */
const entry = z.strictObject(
    {
        name: text(NAME, (value) => /^[a-z]([a-z0-9-]{0,22}[a-z0-9])?$/.test(value)),
        ...Object.fromEntries(Object.values(ENTRY_KEYS).map((key) => [key, z.unknown().optional()])),
    },
    `an object with ${["name", ...Object.values(ENTRY_KEYS)].join(", ")}`,
);

const hosts = z.array(entry, "a list of hosts, each an object").default([]);
const collectors = integer(1, MOST_VMS).default(1);

/** Keys that say how many collectors a stack has. A collector by itself, as OpenBmpCollector is, has none of them. */
export const severalKeys: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>(
    Object.entries({ hosts, collectors }),
);

type Values = Readonly<Record<string, unknown>>;
type Path = readonly PropertyKey[];

/** The configuration of one of a stack's collectors. */
export interface Part {
    /** By it outputs, messages and commands name the collector. */
    readonly name: string;
    /** Whether it is at the root of the stack, where the resources of a stack with one collector have always been. */
    readonly isRoot: boolean;
    /** The values of a collector by itself, by its keys. */
    readonly values: Values;
    /** Where the stack's configuration has the value of such a key, if elsewhere. */
    readonly places: Readonly<Record<string, Path>>;
}

interface Parts {
    readonly parts: readonly Part[];
    /** What is wrong, a line each. */
    readonly problems: readonly string[];
}

/** Splits up the values of a stack's configuration. */
export function splitUp(all: Values): Parts {
    const { hosts: list, collectors: count, ...shared } = all;
    const root: Part = { name: ROOT_NAME, isRoot: true, values: shared, places: {} };
    switch (all.target ?? "aws") {
        case "aws":
            return withProblems(misplaced("hosts", list, "aws"), vmsOf(root, count));
        case "host":
            return withProblems(misplaced("collectors", count, "host"), hostsOf(root, list));
        default:
            return { parts: [root], problems: [] };
    }
}

function withProblems(before: readonly string[], { parts, problems }: Parts): Parts {
    return { parts, problems: [...before, ...problems] };
}

/** Pulumi.yaml's defaults are there for both targets. */
function misplaced(key: string, value: unknown, target: "aws" | "host"): string[] {
    const usual = severalKeys.get(key)?.parse(undefined);
    return value === undefined || JSON.stringify(value) === JSON.stringify(usual)
        ? []
        : [keyOfOtherTarget(key, target)];
}

/** The further ones are like the first, with a number, and what only one can have with a name of their own. */
function vmsOf(root: Part, count: unknown): Parts {
    const { data = 1, error } = collectors.safeParse(count);
    const others = Array.from({ length: data - 1 }, (_, index): Part => {
        const number = index + 2;
        const name = `collector-${number}`;
        return { name, isRoot: false, values: { ...root.values, ...ownNames(root.values, number, name) }, places: {} };
    });
    const problems = problemsAt("collectors", count, error);
    return {
        parts: [root, ...others],
        problems: others.length === 0 ? problems : [...problems, ...sharedProblems(root.values)],
    };
}

/** The names of a further VM's, each made of the first one's. */
function ownNames({ adminId, dnsName, kafkaFqdn }: Values, number: number, name: string): Values {
    const isName = typeof dnsName === "string" && isHostName(dnsName);
    return {
        ...(typeof adminId === "string" ? { adminId: `${adminId}-${number}` } : {}),
        ...(isName ? { dnsName: `${name}.${dnsName}` } : {}),
        ...(isName && kafkaFqdn === dnsName ? { kafkaFqdn: `${name}.${dnsName}` } : {}),
    };
}

/** What several VMs must not share. */
function sharedProblems(values: Values): string[] {
    const problems: string[] = [];
    checkSeveralVms(values, (path, message) => {
        problems.push(problemLine({ code: "custom", path, message, input: undefined }, values));
    });
    return problems;
}

/** The one that hostAddress names, where it does, and those of the list. */
function hostsOf(root: Part, list: unknown): Parts {
    const { data = [], error } = hosts.safeParse(list);
    const isRootGiven = root.values.hostAddress !== undefined || root.values.hostKey !== undefined;
    const hasRoot = isRootGiven || (data.length === 0 && !error);
    const entries = data.map((each, index) => partOf(each, index, root.values));
    const parts = hasRoot ? [root, ...entries] : entries;
    return {
        parts,
        problems: [
            ...problemsAt("hosts", list, error),
            ...(hasRoot ? [] : strays(root.values)),
            ...parts.flatMap((part, index) => repetitions(part, parts.slice(0, index))),
            ...(parts.length > 1 ? sharedBrokerName(root.values) : []),
        ],
    };
}

function partOf(each: z.output<typeof entry>, index: number, shared: Values): Part {
    const given: Values = each;
    const own = Object.entries(ENTRY_KEYS).map(([key, name]) => [key, given[name]] as const);
    const usual = { hostPort: SSH_PORT, hostUser: shared.hostUser, adminId: each.name };
    return {
        name: each.name,
        isRoot: false,
        values: Object.fromEntries([
            ...Object.entries(shared).filter(([key]) => !(key in ENTRY_KEYS)),
            ...Object.entries(usual),
            ...own.filter(([, value]) => value !== undefined),
        ]),
        places: Object.fromEntries(
            [["name", "name"] as const, ...Object.entries(ENTRY_KEYS)].map(([key, name]) => [
                key,
                ["hosts", index, name],
            ]),
        ),
    };
}

/** What one collector has, where none is outside the list. */
function strays(values: Values): string[] {
    return Object.entries(ENTRY_KEYS)
        .filter(([key]) => key !== "hostUser" && values[key] !== undefined && values[key] !== SSH_PORT)
        .map(([key, name]) => `${key} must be left out where hostAddress is: give each of hosts its ${name}`);
}

/** A name leads to one machine, and each broker would send its clients there. */
function sharedBrokerName({ kafkaFqdn = "localhost" }: Values): string[] {
    return kafkaFqdn === "localhost"
        ? []
        : [
              `kafkaFqdn must be left out where there are several hosts: each one's broker would send its consumers to that name, got ${JSON.stringify(kafkaFqdn)}`,
          ];
}

/** What two collectors must not share. */
function repetitions({ name, values, places }: Part, others: readonly Part[]): string[] {
    const isSame: Readonly<Record<string, (other: Part) => boolean>> = {
        name: (other) => other.name === name,
        hostAddress: ({ values: { hostAddress, hostPort = SSH_PORT } }) =>
            sameHost(String(hostAddress), String(values.hostAddress)) && hostPort === values.hostPort,
        adminId: (other) => other.values.adminId === values.adminId,
    };
    return Object.entries(isSame).flatMap(([key, same]) => {
        const other = others.find(same);
        const path = places[key] ?? [key];
        return other
            ? [
                  `${pathText(path)} must be another one than that of the collector "${other.name}", got ${JSON.stringify(key === "name" ? name : values[key])}`,
              ]
            : [];
    });
}

function problemsAt(key: string, value: unknown, error: z.ZodError | undefined): string[] {
    const values = { [key]: value };
    return (error?.issues ?? []).flatMap((issue) => {
        const path = [key, ...issue.path];
        const known = Object.keys(entry.shape).map((name) => pathText([...path, name]));
        return issue.code === "unrecognized_keys"
            ? issue.keys.map((name) => unknownKey(pathText([...path, name]), known))
            : [problemLine({ ...issue, path }, values)];
    });
}
