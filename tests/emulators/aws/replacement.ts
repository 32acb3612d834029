/** When a change needs another resource, and what the provider names by itself. */
import { createHash } from "node:crypto";
import type { Properties } from "../../../scripts/plugin/protocol/values";
import { text } from "./cloud";
import { resourceTypes } from "./resources";
import type { ResourceToken } from "./tokens";

/** Whether a change at that path replaces the resource. */
export function replaces(token: ResourceToken, path: string, news: Properties): boolean {
    const userDataReplaces = news.userDataReplaceOnChange === true ? ["userData", "userDataBase64"] : [];
    return ["region", ...resourceTypes[token].replaceOn, ...userDataReplaces].some(
        (name) => path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[`),
    );
}

/** The inputs with the name that the provider gives where none is given: Pulumi's own and seven digits. */
export function autonamed(token: ResourceToken, name: string, olds: Properties, news: Properties): Properties {
    if (token !== "aws:ec2/securityGroup:SecurityGroup") {
        return news;
    }
    const had = text(olds, "name");
    const suffix = createHash("sha256").update(`${name}${process.pid}`).digest("hex").slice(0, 7);
    const generated = had !== undefined && isGenerated(had, name) ? had : `${name}-${suffix}`;
    return {
        description: "Managed by Pulumi",
        ...(news.name === undefined && news.namePrefix === undefined ? { name: generated } : {}),
        ...news,
    };
}

/** Two groups cannot have one name: with a name of the user's own the old one goes first. */
export function deletesFirst(token: ResourceToken, name: string, news: Properties): boolean {
    const given = text(news, "name");
    return token === "aws:ec2/securityGroup:SecurityGroup" && given !== undefined && !isGenerated(given, name);
}

function isGenerated(given: string, name: string): boolean {
    return given.startsWith(`${name}-`) && /-[0-9a-f]{7}$/.test(given);
}
