/** The emulated account: its resources, and the rules that hold between them. */
import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { isProperties, type Properties, type Value } from "../../../scripts/plugin/protocol/values";

/** The resource types that are emulated. */
export type ResourceToken =
    | "aws:ec2/vpc:Vpc"
    | "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
    | "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation"
    | "aws:ec2/subnet:Subnet"
    | "aws:ec2/internetGateway:InternetGateway"
    | "aws:ec2/routeTable:RouteTable"
    | "aws:ec2/route:Route"
    | "aws:ec2/routeTableAssociation:RouteTableAssociation"
    | "aws:ec2/securityGroup:SecurityGroup"
    | "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
    | "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
    | "aws:ec2/networkInterface:NetworkInterface"
    | "aws:ec2/eip:Eip"
    | "aws:ebs/volume:Volume"
    | "aws:ec2/instance:Instance"
    | "aws:ec2/volumeAttachment:VolumeAttachment"
    | "aws:route53/record:Record"
    | "aws:dlm/lifecyclePolicy:LifecyclePolicy";

/** What a test says about the emulated cloud: the file cloud.json. */
export interface CloudSettings {
    /** The /56 that Amazon gives to the account's VPC. */
    readonly amazonPrefix: string;
    /** SSM parameters by region and name, with the ids of images as values. */
    readonly parameters: Readonly<Record<string, Readonly<Record<string, string>>>>;
    /** A zone that offers no type of instance; AWS chooses it where it is let choose. */
    readonly oldZone: string;
    /** Names of the hosted zones of Route 53, by their ids. */
    readonly zones: Readonly<Record<string, string>>;
    /** ARNs of the KMS keys, by what else names them. */
    readonly keys: Readonly<Record<string, string>>;
    /** ARNs of the IAM roles, by their names. */
    readonly roles: Readonly<Record<string, string>>;
    /** Sizes in GB of the snapshots of volumes, by their ids. */
    readonly snapshots: Readonly<Record<string, number>>;
    /** Docker networks that stand in for the Internet, by the /64s of the subnets. Without any, instances are recorded and not booted. */
    readonly networks?: Readonly<Record<string, string>>;
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
    readonly idPrefix: string;
    /** Whether the other cannot be deleted while this one is there. */
    readonly keeps: boolean;
}

/** A resource type of the emulated cloud: the inputs that the program gives, and no other. */
export interface ResourceType {
    readonly idPrefix: string;
    /** Inputs whose change replaces: `ForceNew` in Terraform's AWS provider. */
    readonly replaces: readonly string[];
    /** Inputs that are changed in place, besides the tags. */
    readonly updates: readonly string[];
    /** By path: `vpcId`, `securityGroups[]`, `primaryNetworkInterface.networkInterfaceId`. */
    readonly references: Readonly<Record<string, Reference>>;
    /** Inputs that are not the same in two resources of the type. */
    readonly unique?: readonly string[];
    /** What AWS adds to the inputs. `before` holds the properties of the resource when it is there already. */
    readonly compute?: (cloud: Cloud, inputs: Properties, self: Self) => Properties;
    /** Says why it cannot be deleted, by throwing, or changes what goes with it. */
    readonly remove?: (cloud: Cloud, resource: CloudResource) => void;
}

export interface Self {
    readonly id: string;
    readonly before: Properties;
}

export class Cloud {
    constructor(
        readonly settings: CloudSettings,
        readonly region: string,
        private readonly types: Readonly<Record<ResourceToken, ResourceType>>,
        readonly resources: Map<string, CloudResource> = new Map<string, CloudResource>(),
    ) {}

    create(token: ResourceToken, inputs: Properties): CloudResource {
        return this.put(`${this.types[token].idPrefix}-0${randomBytes(8).toString("hex")}`, token, inputs, {});
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
        const dependent = [...this.resources.values()].find(({ token, properties }) =>
            Object.entries(this.types[token].references).some(
                ([path, { keeps }]) => keeps && valuesAt(properties, path).includes(id),
            ),
        );
        demand(!dependent, "DependencyViolation", `${id} has a dependent object (${dependent?.id ?? ""})`);
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

    /** The properties of all others of that type. */
    others(token: ResourceToken, id: string): Properties[] {
        return this.all(token).flatMap((other) => (other.id === id ? [] : [other.properties]));
    }

    private put(id: string, token: ResourceToken, inputs: Properties, before: Properties): CloudResource {
        const { references, unique = [], compute } = this.types[token];
        for (const [path, { idPrefix }] of Object.entries(references)) {
            const missing = valuesAt(inputs, path).find(
                (named) => !named.startsWith(`${idPrefix}-`) || !this.resources.has(named),
            );
            demand(missing === undefined, "NotFound", `${path} names no ${idPrefix}: '${missing ?? ""}'`);
        }
        const isSame = (other: Properties) => unique.every((name) => isDeepStrictEqual(other[name], inputs[name]));
        const isTaken = unique.length > 0 && this.others(token, id).some(isSame);
        demand(!isTaken, "AlreadyExists", `another ${token} has the same ${unique.join(", ")}`);
        const resource = { id, token, properties: { ...inputs, ...compute?.(this, inputs, { id, before }) } };
        this.resources.set(id, resource);
        return resource;
    }
}

/** Throws an error, as the provider words what AWS refuses, unless the condition holds. */
export function demand(condition: boolean, code: string, message: string): asserts condition {
    if (!condition) {
        throw new Error(`api error ${code}: ${message}`);
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
