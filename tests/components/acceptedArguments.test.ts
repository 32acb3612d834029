import * as pulumi from "@pulumi/pulumi";
import { ExistingHost } from "../../components/host/existingHost";
import { demandAccepted } from "../../components/settings/acceptedArguments";
import { DockerRestart } from "../../components/steps/dockerRestart";
import { Ipv6Dnat } from "../../components/steps/ipv6Dnat";
import { existingHost } from "./existingHost";
import { answerWith } from "./registrations";

const common = { machine: existingHost as never, reapply: "", secretKeys: new Set<string>() };
const docker = { mode: "dnat", dockerNetwork: "bridge", fixedCidrV6: "fc00::/64" } as const;
const rules = { ...docker, bmpPort: 5000, restPort: 8001, ownRestLogin: false, kafkaAllowedCidrs: [] };

test.each<[string, (name: string) => pulumi.Resource, string]>([
    [
        "a step",
        (name) => new DockerRestart(name, { ...common, ...docker, restartDocker: "no" as never }, {}),
        'restartDocker must be true or false, got "no"',
    ],
    [
        "a step with a list",
        (name) =>
            new Ipv6Dnat(
                name,
                {
                    ...common,
                    ...rules,
                    mysqlAllowedCidrs: [],
                    bmpAllowedCidrs: ["::/129" as never],
                    restAllowedCidrs: [],
                },
                {},
            ),
        'bmpAllowedCidrs[0] must be an IPv4 or IPv6 prefix such as 192.0.2.0/24 or 2001:db8::/32, got "::/129"',
    ],
    [
        "a machine",
        (name) => new ExistingHost(name, { ...existingHost, address: "[2001:db8::1]", privateKey: "SECRET" }),
        'hostAddress must be an IPv4 or IPv6 address or a DNS name, without brackets, prefix length, zone or spaces, got "[2001:db8::1]"\n- sshPrivateKey must be a private SSH key in PEM form, -----BEGIN … PRIVATE KEY-----',
    ],
])("%s of a program of one's own refuses what the configuration would", async (_, build, lines) => {
    const registered = await answerWith({});
    expect(() => build("mine")).toThrow(new pulumi.RunError(`The arguments of mine are not valid:\n- ${lines}`));
    expect(registered).toEqual([]);
});

test("what is known only later, or no key of the configuration, is not judged", () => {
    expect(() => {
        demandAccepted("mine", { image: pulumi.output(""), runsOn: {}, bmpPort: undefined });
    }).not.toThrow();
});
