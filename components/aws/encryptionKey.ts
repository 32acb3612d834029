import * as kms from "@pulumi/aws/kms";
import * as pulumi from "@pulumi/pulumi";
import { lookUp } from "./lookUp";
import { refusal } from "../values/refusal";

/** How volumes are encrypted. */
export interface Encryption {
    readonly encrypted: true;
    /** The ARN of the key; without, it is the account's one for EBS. */
    readonly kmsKeyId?: pulumi.Input<string>;
}

/** What a volume is given, by the key that a setting names. */
export function encryptionBy(kmsKeyId: pulumi.Input<string> | undefined, parent: pulumi.Resource): Encryption {
    return {
        encrypted: true,
        ...(kmsKeyId === undefined
            ? {}
            : { kmsKeyId: pulumi.output(kmsKeyId).apply((id) => encryptionKeyArn(id, parent)) }),
    };
}

/** The ARN of the key that a setting names, by which EBS knows it; EBS takes no other kinds (EBS user guide). */
export async function encryptionKeyArn(kmsKeyId: string, parent: pulumi.Resource): Promise<string> {
    const { arn, enabled, keyState, keySpec, keyUsage } = await lookUp(
        "kmsKeyId",
        kmsKeyId,
        "a KMS key of this region that the deployment may describe",
        kms.getKey({ keyId: kmsKeyId }, { parent }),
    );
    if (!enabled || keySpec !== "SYMMETRIC_DEFAULT" || keyUsage !== "ENCRYPT_DECRYPT") {
        throw refusal(
            `kmsKeyId must be a symmetric key that is enabled and encrypts, got "${kmsKeyId}", which is ${keyState}, ${keySpec}, ${keyUsage}`,
        );
    }
    return arn;
}
