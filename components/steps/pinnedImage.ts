import type * as Docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { demandAccepted } from "../settings/acceptedArguments";
import { hasDigest, registryOf, withDigest } from "../values/imageReference";

/** What Docker's tools call Docker Hub in credentials. */
const DOCKER_HUB = "registry-1.docker.io";

/** What a tag is resolved of, and how the registry is asked. */
export interface PinnedImageArgs {
    /** Image reference, with tag or digest. */
    readonly image: string;
    /** Login of a private registry. */
    readonly registryUser: string | undefined;
    /** Its password or token; it is made a secret. */
    readonly registryPassword: pulumi.Input<string> | undefined;
}

/**
 * Resolves the image's tag to a digest, in each preview and deployment: a tag
 * that has moved shows as a change.
 */
export class PinnedImage extends pulumi.ComponentResource {
    /** The reference with the digest. */
    readonly reference: pulumi.Output<string>;

    constructor(name: string, args: PinnedImageArgs, opts?: pulumi.ComponentResourceOptions) {
        demandAccepted(name, args);
        super("openbmp-aio-ipv6:collector:PinnedImage", name, {}, opts);
        this.reference = hasDigest(args.image) ? pulumi.output(args.image) : this.resolve(name, args);
        this.registerOutputs({ reference: this.reference });
    }

    private resolve(name: string, args: PinnedImageArgs): pulumi.Output<string> {
        const { image, registryUser: username, registryPassword: password } = args;
        // Only where it is used: loading takes time.
        // eslint-disable-next-line @typescript-eslint/no-require-imports
        const docker = require("@pulumi/docker") as typeof Docker;
        const address = registryOf(image) ?? DOCKER_HUB;
        const provider = new docker.Provider(
            `${name}-registry`,
            {
                // Registries only: no engine need answer.
                disableDockerDaemonCheck: true,
                ...(username && password
                    ? { registryAuth: [{ address, username, password: pulumi.secret(password) }] }
                    : {}),
            },
            { parent: this },
        );
        const found = docker.getRegistryImageOutput({ name: image }, { parent: this, provider });
        return pulumi.unsecret(found.sha256Digest).apply((digest) => withDigest(image, digest));
    }
}
