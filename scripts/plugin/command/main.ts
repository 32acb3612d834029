/**
 * An emulator of the Pulumi plugin command for its resource type
 * command:remote:Command, for tests and sandboxes. Speaks the plugin protocol:
 * the engine's address is the argument, the port goes to stdout.
 */
import { randomBytes } from "node:crypto";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { changedPaths } from "../protocol/diff";
import { checkFailure, diffResponse, propertiesOf, serve, structOf } from "../protocol/server";
import { type Properties, unknown, withoutSecrets } from "../protocol/values";
import { EngineLog } from "./engineLog";
import { parseInputs, withSecretLogin } from "./inputs";
import { emulatedVersion, refusals, sandboxesIn } from "./refusals";
import type { CommandOutput } from "../../programs/ssh/ssh";

const resourceType = "command:remote:Command";

const [engineAddress] = process.argv.slice(2);
const { STATE_DIR: stateDirectory, CLOUD_IS_EMULATED: cloudIsEmulated } = process.env;
if (engineAddress === undefined || stateDirectory === undefined) {
    throw new Error("usage: STATE_DIR=… pulumi-resource-command ENGINE_ADDRESS");
}
const log = new EngineLog(engineAddress);

function refusalsOf(properties: Properties): string[] {
    const sandboxes = sandboxesIn(stateDirectory as string);
    return refusals(withoutSecrets(properties) as Properties, sandboxes, cloudIsEmulated === "true");
}

/** The inputs in a resource's state, which also holds what the command printed. */
function inputsOf({ stdout, stderr, ...inputs }: Properties): Properties {
    return inputs;
}

/** Runs a command that the inputs name, and returns what it printed; nothing where it is not given. */
async function run(urn: string, inputs: Properties, verb: "create" | "delete"): Promise<CommandOutput | undefined> {
    // Once more: a deletion is not checked before, and what was unknown then is known now.
    const [refusal] = refusalsOf(inputs);
    if (refusal !== undefined) {
        throw new Error(refusal);
    }
    const parsed = parseInputs(withoutSecrets(inputs));
    const { [verb]: command } = parsed;
    if (command === undefined) {
        return undefined;
    }
    // Late, because most deployments change nothing and need no SSH.
    const { runCommand } = await import("../../programs/ssh/ssh.js");
    const lines = log.lines(urn);
    try {
        return await runCommand({
            connection: parsed.connection,
            command,
            stdin: parsed.stdin,
            onRetry: (message) => {
                log.status(urn, message);
            },
            onOutput: lines.add,
        });
    } finally {
        await lines.end();
    }
}

function check(request: proto.CheckRequest): proto.CheckResponse {
    const response = new proto.CheckResponse();
    const news = propertiesOf(request.getNews());
    if (request.getType() !== resourceType) {
        throw new Error(`the emulator of the command plugin has no ${request.getType()}, only ${resourceType}`);
    }
    // Without a property: the engine would print its value, keys included.
    response.setFailuresList(refusalsOf(news).map((reason) => checkFailure(reason)));
    response.setInputs(structOf(withSecretLogin(news)));
    return response;
}

function diff(request: proto.DiffRequest): proto.DiffResponse {
    const changes = changedPaths(propertiesOf(request.getOldInputs()), propertiesOf(request.getNews()));
    // What changes inside the list replaces, too: the SDK says so for `triggers[*]`.
    const response = diffResponse(changes, (path) => path === "triggers");
    response.setReplacesList(changes.has("triggers") ? ["triggers"] : []);
    return response;
}

const notYetRun: CommandOutput = { stdout: unknown, stderr: unknown };

async function create(request: proto.CreateRequest): Promise<proto.CreateResponse> {
    const response = new proto.CreateResponse();
    const inputs = propertiesOf(request.getProperties());
    const output = request.getPreview() ? notYetRun : await run(request.getUrn(), inputs, "create");
    response.setId(request.getName() + randomBytes(4).toString("hex"));
    response.setProperties(structOf({ ...inputs, ...output }));
    return response;
}

async function update(request: proto.UpdateRequest): Promise<proto.UpdateResponse> {
    const response = new proto.UpdateResponse();
    const inputs = propertiesOf(request.getNews());
    const output = request.getPreview() ? notYetRun : await run(request.getUrn(), inputs, "create");
    response.setProperties(structOf({ ...inputs, ...output }));
    return response;
}

async function remove(request: proto.DeleteRequest): Promise<Empty> {
    await run(request.getUrn(), inputsOf(propertiesOf(request.getProperties())), "delete");
    return new Empty();
}

function read(request: proto.ReadRequest): proto.ReadResponse {
    const response = new proto.ReadResponse();
    response.setId(request.getId());
    response.setProperties(request.getProperties());
    response.setInputs(request.getInputs());
    return response;
}

function checkConfig(request: proto.CheckRequest): proto.CheckResponse {
    const response = new proto.CheckResponse();
    // What the real plugin adds: a stack can move between the two.
    response.setInputs(structOf({ ...propertiesOf(request.getNews()), "__pulumi-go-provider-version": "1.2.0" }));
    return response;
}

serve({
    version: emulatedVersion,
    checkConfig,
    check,
    diff,
    create,
    update,
    delete: remove,
    read,
});
