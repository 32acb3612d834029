import * as pulumi from "@pulumi/pulumi";
import { addressInPrefix } from "../values/addresses";
import { installedProgram, readHostFile } from "../remote/hostScript";
import { type OutsideLists, outsidePorts } from "../values/ports";
import { remoteStep, type ShellInputs } from "../remote/remoteStep";
import type { DockerNetwork } from "../values/modes";
import { answerOf, sha256, stepResult } from "./stepResult";
import { checkedInputs, type StepArgs } from "./stepArgs";

/** On a network of its own: far from those that Docker gives out, from ::2 up. */
const CONTAINER_NUMBER = 0x5000;

/** The container's fixed IPv6 address on a network of its own; empty on the default bridge, where Docker chooses. */
export function fixedAddress(network: DockerNetwork, prefix: string): string {
    return network === "dedicated" ? addressInPrefix(prefix, CONTAINER_NUMBER) : "";
}

/** What the container is created from. */
export interface ContainerSettings extends OutsideLists {
    /** Image reference, with tag or digest. */
    readonly image: pulumi.Input<string>;
    /** The Docker network that it is on. */
    readonly dockerNetwork: DockerNetwork;
    /** The IPv6 prefix of that network. */
    readonly fixedCidrV6: string;
    /** Port on the host for BMP (TCP 5000 in the container). */
    readonly bmpPort: number;
    /** Port on the host for the REST API (TCP 8001 in the container); none for an image that has openbmpd alone. */
    readonly restPort: number | undefined;
    /** KAFKA_FQDN: the name that the broker advertises; where Kafka is published, inside the container it is the container itself. */
    readonly kafkaFqdn: string;
    /** ADMIN_ID of the collector. */
    readonly adminId: string | undefined;
    /** MEM: memory that the image gives to its parts, in GB; 0: of the host's memory, what its other programs leave */
    readonly memoryGb: number;
    /** Any further variables of the image. */
    readonly environment: pulumi.Input<Readonly<Record<string, string>>>;
    /** Whether a container of that name which does not fit is backed up and replaced. */
    readonly replaceContainer: boolean;
    /** Any new value runs the steps again. */
    readonly reapply: string;
}

/** The input of scripts/host/lib/container.sh, but for its secrets. */
export function containerVariables(args: ContainerSettings): ShellInputs {
    return {
        IMAGE: args.image,
        DOCKER_NETWORK: args.dockerNetwork,
        CONTAINER_IPV6: fixedAddress(args.dockerNetwork, args.fixedCidrV6),
        // The daemon's own matter where the container is on the default bridge.
        NETWORK_PREFIX: args.dockerNetwork === "dedicated" ? args.fixedCidrV6 : "",
        BMP_PORT: String(args.bmpPort),
        REST_PORT: String(args.restPort ?? ""),
        OUTSIDE_PORTS: outsidePorts(args),
        KAFKA_FQDN: args.kafkaFqdn,
        ADMIN_ID: args.adminId ?? "",
        MEMORY_GB: args.memoryGb === 0 ? "" : String(args.memoryGb),
        REPLACE_CONTAINER: String(args.replaceContainer),
        REAPPLY: args.reapply,
    };
}

/** Any of the image's variables may be a secret. */
export function containerSecrets(args: ContainerSettings): ShellInputs {
    return {
        ENVIRONMENT: pulumi
            .output(args.environment)
            .apply((variables) => Object.entries(variables).map(([name, value]) => `${name}=${value}`)),
    };
}

export interface AioContainerArgs extends StepArgs, ContainerSettings {
    /** Login of a private registry, for the pull. */
    readonly registryUser: string | undefined;
    /** Its password or token; it is made a secret. */
    readonly registryPassword: pulumi.Input<string> | undefined;
}

/** Keys of the configuration that a preview shows. */
const SHOWN = [
    "image",
    "dockerNetwork",
    "fixedCidrV6",
    "bmpPort",
    "restPort",
    "kafkaFqdn",
    "adminId",
    "memoryGb",
    "replaceContainer",
    "registryUser",
] as const;

/** What the step prints. */
export const aioContainerAnswer = answerOf({ containerId: sha256 });

/** The container `openbmp_aio`: created or adopted, not started. */
export class AioContainer extends pulumi.ComponentResource {
    /** Docker's id of it, 64 hexadecimal digits. */
    readonly containerId: pulumi.Output<string>;
    /** The image as it was asked for; known in a preview, so that another digest shows. */
    readonly imageRef: pulumi.Output<string>;

    constructor(name: string, args: AioContainerArgs, opts: pulumi.ComponentResourceOptions) {
        super("openbmp-aio-ipv6:collector:AioContainer", name, checkedInputs(name, args, SHOWN), opts);
        const step = remoteStep(
            `${name}-create`,
            {
                machine: args.machine,
                script: "aio-container",
                variables: {
                    ...containerVariables(args),
                    CLOSING_PROGRAM_TEXT: installedProgram("openbmp-close-database"),
                    CLOSING_DROP_IN_TEXT: readHostFile("installed/docker-closes-database.conf"),
                    REGISTRY_USER: args.registryUser ?? "",
                },
                secrets: { ...containerSecrets(args), REGISTRY_PASSWORD: args.registryPassword ?? "" },
            },
            { parent: this, dependsOn: opts.dependsOn },
        );
        this.containerId = stepResult(step, aioContainerAnswer).containerId;
        this.imageRef = pulumi.output(args.image);
        this.registerOutputs({ containerId: this.containerId, imageRef: this.imageRef });
    }
}
