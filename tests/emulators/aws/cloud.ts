/** The emulated account: its resources, and the rules that hold between them. */
import { randomBytes } from "node:crypto";
import { isProperties, type Properties, type Value } from "../../../scripts/plugin/protocol/values";
import { AwsError } from "./errors";
import type { ResourceToken } from "./tokens";

/** What a test says about the emulated cloud: the file cloud.json. */
export interface CloudSettings {
    readonly accountId: string;
    /** The prefix that Amazon's /56 blocks are cut from. */
    readonly amazonPrefix: string;
    /** SSM parameters by region and name, with the ids of images as values. */
    readonly parameters: Readonly<Record<string, Readonly<Record<string, string>>>>;
    /** A zone that offers no type of instance; AWS chooses it where it is let choose. */
    readonly oldZone?: string;
    /** The Docker network that stands in for the Internet. Without it instances are recorded and not booted. */
    readonly network?: string;
    /** The names of the instances' sandboxes begin with it. */
    readonly namePrefix?: string;
    /** A `docker save` archive that every instance has loaded when cloud-init is done. */
    readonly image?: string;
}

export interface CloudResource {
    readonly id: string;
    readonly token: ResourceToken;
    /** Inputs and computed outputs, without marks of secrets. */
    readonly properties: Properties;
}

/** A property that names another resource. */
export interface Reference {
    /** The path of the property: `vpcId`, `securityGroups[]`, `primaryNetworkInterface.networkInterfaceId`. */
    readonly path: string;
    readonly to: ResourceToken;
    /** The code with which AWS says that there is no such resource. */
    readonly notFound: string;
    /** The code with which AWS keeps the other from being deleted while this one is there. */
    readonly blocks?: string;
}

/** A resource type of the emulated cloud. */
export interface ResourceType {
    readonly idPrefix: string;
    /** Inputs whose change replaces: `ForceNew` in Terraform's AWS provider. */
    readonly replaceOn: readonly string[];
    readonly references: readonly Reference[];
    /**
     * Checks the inputs as AWS would and returns what AWS adds to them. `before`
     * holds the properties of the resource when it is there already.
     */
    readonly compute: (cloud: Cloud, inputs: Properties, self: Self) => Properties;
    /** Says why it cannot be deleted, by throwing, or changes what goes with it. */
    readonly remove?: (cloud: Cloud, resource: CloudResource) => void;
}

export interface Self {
    readonly id: string;
    readonly before: Properties | undefined;
}

export class Cloud {
    constructor(
        readonly settings: CloudSettings,
        readonly region: string,
        private readonly types: Readonly<Record<ResourceToken, ResourceType>>,
        readonly resources: Map<string, CloudResource> = new Map<string, CloudResource>(),
    ) {}

    create(token: ResourceToken, inputs: Properties): CloudResource {
        const type = this.types[token];
        const id = `${type.idPrefix}-0${randomBytes(8).toString("hex")}`;
        return this.put(id, token, inputs, undefined);
    }

    update(id: string, inputs: Properties): CloudResource {
        const { token, properties } = this.get(id);
        return this.put(id, token, inputs, properties);
    }

    remove(id: string): void {
        const resource = this.resources.get(id);
        if (!resource) {
            return;
        }
        for (const { other, reference } of this.referencesTo(id)) {
            if (reference.blocks !== undefined) {
                throw new AwsError(
                    reference.blocks,
                    `${id} has a dependent object (${other.id}) and cannot be deleted`,
                );
            }
        }
        this.types[resource.token].remove?.(this, resource);
        this.resources.delete(id);
    }

    get(id: string): CloudResource {
        const resource = this.resources.get(id);
        if (!resource) {
            throw new Error(`the emulated account has no ${id}`);
        }
        return resource;
    }

    /** The properties of the resource that another one names; it is there, because references are checked first. */
    properties(id: string): Properties {
        return this.get(id).properties;
    }

    all(token: ResourceToken): CloudResource[] {
        return [...this.resources.values()].filter((each) => each.token === token);
    }

    arn(kind: string, id: string): string {
        return `arn:aws:ec2:${this.region}:${this.settings.accountId}:${kind}/${id}`;
    }

    /** Which resources name this one, and with what property. */
    referencesTo(id: string): { other: CloudResource; reference: Reference }[] {
        return [...this.resources.values()].flatMap((other) =>
            this.types[other.token].references
                .filter((reference) => valuesAt(other.properties, reference.path).includes(id))
                .map((reference) => ({ other, reference })),
        );
    }

    private put(id: string, token: ResourceToken, inputs: Properties, before: Properties | undefined): CloudResource {
        const type = this.types[token];
        for (const { path, to, notFound } of type.references) {
            for (const named of valuesAt(inputs, path)) {
                if (this.resources.get(named)?.token !== to) {
                    throw new AwsError(notFound, `The ID '${named}' does not exist`);
                }
            }
        }
        const computed = type.compute(this, inputs, { id, before });
        const tagsAll: Properties = inputs.tags === undefined ? {} : { tagsAll: inputs.tags };
        const properties: Properties = { region: this.region, ...tagsAll, ...inputs, ...computed };
        const resource = { id, token, properties };
        this.resources.set(id, resource);
        return resource;
    }
}

/** The texts at a path; `[]` after a name stands for every item of the list. */
export function valuesAt(properties: Properties, path: string): string[] {
    const found = path.split(".").reduce<readonly (Value | undefined)[]>(
        (values, step) =>
            values.flatMap((value) => {
                const next = isProperties(value) ? value[step.replace("[]", "")] : undefined;
                return step.endsWith("[]") && Array.isArray(next) ? (next as Value[]) : [next];
            }),
        [properties],
    );
    return found.filter((value): value is string => typeof value === "string" && value !== "");
}

/** A text among the properties. */
export function text(properties: Properties, name: string): string | undefined {
    const value = properties[name];
    return typeof value === "string" ? value : undefined;
}

/** The texts of a list among the properties. */
export function texts(properties: Properties, name: string): string[] {
    return valuesAt(properties, `${name}[]`);
}

export function number(properties: Properties, name: string): number | undefined {
    const value = properties[name];
    return typeof value === "number" ? value : undefined;
}
