import { type CollectorArgument, collectorArguments } from "./collectorArguments";

const HEAD = `// Made of Pulumi.yaml and components/settings/schema.ts by "npm run docs"; edit it there.
import type * as pulumi from "@pulumi/pulumi";

/**
 * The arguments of an OpenBmpCollector: the keys of this project's configuration. What is an Input may be an output of
 * another resource, or a secret; the others decide which resources there are. Empty texts are not taken: leave out.
 */
export interface OpenBmpCollectorArgs {
`;

/** The interface of OpenBmpCollector's arguments, as a file as Prettier formats it. */
export function collectorArgs(projectFile: string): string {
    const lines = collectorArguments(projectFile).flatMap((argument) => [...comment(argument), member(argument)]);
    return `${HEAD}${lines.map((line) => `    ${line}\n`).join("")}}\n`;
}

function member({ key, type, choices, isRequired, isLate }: CollectorArgument): string {
    const late = (inner: string) => (isLate ? `pulumi.Input<${inner}>` : inner);
    const types = {
        string: late(choices ? choices.map((word) => JSON.stringify(word)).join(" | ") : "string"),
        integer: late("number"),
        boolean: late("boolean"),
        list: `readonly ${late("string")}[]`,
        map: late(`Readonly<Record<string, ${late("string")}>>`),
    };
    return `readonly ${key}${isRequired ? "" : "?"}: ${types[type]};`;
}

function comment({ description, default: usual }: CollectorArgument): string[] {
    const lines = [...wrapped(description), ...(usual === undefined ? [] : ["", `@default ${usual}`])];
    return ["/**", ...lines.map((line) => ` * ${line}`.trimEnd()), " */"];
}

/** In lines that fit. */
function wrapped(text: string): string[] {
    return text.match(/\S.{0,109}(?=\s|$)/g) ?? [];
}
