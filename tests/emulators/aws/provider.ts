/** The provider's own configuration. */
import { type Properties, unknown } from "../../../scripts/plugin/protocol/values";
import { text } from "./cloud";

type Environment = Readonly<Record<string, string | undefined>>;

/** The region of the stack, as the real provider finds it, without its shared configuration files. */
export function regionOf(config: Properties, environment: Environment): string | undefined {
    return [text(config, "region"), environment.AWS_REGION, environment.AWS_DEFAULT_REGION].find((each) => each);
}

/**
 * Why the provider cannot serve, in the words of the real one. Credentials are
 * looked for in the configuration and the environment only.
 */
export function providerFailures(config: Properties, environment: Environment): string[] {
    const names = [
        ["accessKey", "AWS_ACCESS_KEY_ID"],
        ["secretKey", "AWS_SECRET_ACCESS_KEY"],
    ] as const;
    const hasKeys = names.every(([name, variable]) => text(config, name) ?? environment[variable]);
    if (regionOf(config, environment) === undefined && config.region !== unknown) {
        return [
            "Missing region information\nMake sure you have set your AWS region, e.g. `pulumi config set aws:region us-west-2`.",
        ];
    }
    return hasKeys
        ? []
        : [
              "No valid credential sources found.\nPlease see https://www.pulumi.com/registry/packages/aws/installation-configuration/ for more information about providing credentials.",
          ];
}
