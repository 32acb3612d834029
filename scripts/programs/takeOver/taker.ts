import { type ConfigMap, LocalWorkspace, StackNotFoundError } from "@pulumi/pulumi/automation";
import { plainSshConnection } from "../../../components/remote/sshConnection";
import { sshToHost } from "../../../components/settings/groups";
import { collectorsOfStack } from "../../../components/settings/load";
import { ownerOf } from "../../../components/settings/scope";
import { shown } from "../../../components/values/printable";
import { Failure, oneLine } from "../ephemeral/failure";
import { root } from "../ephemeral/root";
import { connection, type Connection } from "../ssh/connection";

/** The stack that is to have the host, by its configuration alone: its state may be empty. */
export interface Taker {
    /** `PROJECT/STACK`, and `/NAME` for a collector that is not at the root of the stack. */
    readonly owner: string;
    /** How its deployment would reach the host. */
    readonly connection: Connection;
}

/**
 * Reads the configuration of the stack as a deployment does, by the program's own schema.
 *
 * @param collector - which of the stack's; undefined for its first
 * @throws Error with what is wrong with it
 */
export async function readTaker(name: string, collector: string | undefined): Promise<Taker> {
    const workspace = await LocalWorkspace.create({ workDir: root });
    const { name: project } = await workspace.projectSettings();
    const config = await workspace.getAllConfig(name).catch((error: unknown) => {
        throw error instanceof StackNotFoundError
            ? new Failure(
                  `there is no stack ${name}: scripts/pulumi stack init ${name}, which takes the file Pulumi.${name}.yaml as it is`,
              )
            : new Failure(`the stack's configuration cannot be read: ${oneLine(error)}`);
    });
    return takerOf(project, name, config, collector);
}

/** The same of a configuration that was read: each key with its namespace. */
export function takerOf(project: string, name: string, config: ConfigMap, collector?: string): Taker {
    const values = Object.fromEntries(Object.entries(config).map(([key, { value }]) => [key, value]));
    const collectors = collectorsOfStack(project, values, (key) => config[key]?.secret === true);
    const taker = collectors.find((each) => collector === undefined || each.name === collector);
    if (taker === undefined) {
        const names = collectors.map((each) => each.name).join(", ");
        throw new Failure(`--collector must be one of ${names}, got ${shown(collector)}`);
    }
    const { settings } = taker;
    if (settings.target === "aws") {
        throw new Failure(
            `the stack ${name} has target aws, whose VM is known to its state alone: take-over is for target host`,
        );
    }
    return {
        owner: ownerOf(`${project}/${name}`, taker),
        connection: connection.parse(plainSshConnection(sshToHost(settings))),
    };
}
