import { type CollectorArgument, collectorArguments } from "../scripts/programs/docs/collectorArguments";

export const TOKEN = "openbmp-aio-ipv6:index:OpenBmpCollector";

/** What the package is made of, as texts. */
export interface Sources {
    /** package.json. */
    readonly manifest: string;
    /** Pulumi.yaml. */
    readonly project: string;
    /** The file with the interface of a collector's outputs. */
    readonly outputs: string;
}

interface Manifest {
    readonly name: string;
    readonly version: string;
    readonly license: string;
    readonly description: string;
}

/** A property, as a Pulumi package says it. */
interface Property {
    readonly type?: string;
    readonly $ref?: string;
    readonly items?: Property;
    readonly additionalProperties?: Property;
    readonly description?: string;
    readonly plain?: boolean;
    readonly secret?: boolean;
}

/** The schema of the package for programs in other languages (Pulumi documentation, "Pulumi package schema"). */
export function packageSchema({ manifest, project, outputs }: Sources) {
    const { name, version, license, description } = JSON.parse(manifest) as Manifest;
    const args = collectorArguments(project);
    const properties = outputsIn(outputs);
    return {
        name,
        version,
        license,
        description,
        provider: {},
        resources: {
            [TOKEN]: {
                isComponent: true,
                description: "An OpenBMP collector with every router's own IPv6 address.",
                inputProperties: Object.fromEntries(args.map((each) => [each.key, inputOf(each)])),
                requiredInputs: args.filter(({ isRequired }) => isRequired).map(({ key }) => key),
                properties,
                required: Object.keys(properties),
            },
        },
    };
}

function inputOf({ type, description, default: usual, isLate, isSecret }: CollectorArgument): Property {
    const plain = isLate ? {} : { plain: true };
    const text = { type: "string", ...plain };
    const types = {
        string: text,
        integer: { type: "integer", ...plain },
        boolean: { type: "boolean", ...plain },
        // The list itself is always known: what is in it may be an output.
        list: { type: "array", items: text, plain: true },
        map: { type: "object", additionalProperties: text, ...plain },
    };
    return {
        ...types[type],
        description: usual === undefined ? description : `${description} Default: ${usual}.`,
        ...(isSecret ? { secret: true } : {}),
    };
}

/** The outputs, with what the interface says of each. */
function outputsIn(source: string): Record<string, Property> {
    const members = source.matchAll(/\/\*\* (.*) \*\/\n +readonly (\w+): pulumi\.Output<(\w+)/g);
    const types: Readonly<Record<string, Property>> = {
        string: { type: "string" },
        RouterConfig: { type: "object", additionalProperties: { type: "string" } },
    };
    return Object.fromEntries(
        [...members].map(([, description = "", key = "", type = ""]) => [
            key,
            { ...(types[type] ?? { $ref: "pulumi.json#/Any" }), description },
        ]),
    );
}
