/**
 * An emulator of the Pulumi plugin command for its resource type
 * command:remote:Command, for tests and sandboxes. Speaks the plugin protocol:
 * the engine's address is the argument, the port goes to stdout.
 */
import { randomBytes } from "node:crypto";
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { changedPaths, type Change } from "./diff";
import { EngineLog } from "./engineLog";
import { parseInputs, withSecretLogin } from "./inputs";
import { emulatedVersion, refusals, sandboxesIn } from "./refusals";
import type { CommandOutput } from "../../../scripts/lib/ssh";
import { type Properties, unknown, withoutSecrets } from "./values";

const resourceType = "command:remote:Command";

const [engineAddress] = process.argv.slice(2);
const { STATE_DIR: stateDirectory } = process.env;
if (engineAddress === undefined || stateDirectory === undefined) {
    throw new Error("usage: STATE_DIR=… pulumi-resource-command ENGINE_ADDRESS");
}
const log = new EngineLog(engineAddress);

/** The properties of a message; null stands for one that is not given. */
function propertiesOf(struct: Struct | undefined): Properties {
    const properties = struct?.toJavaScript() ?? {};
    return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== null));
}

function structOf(properties: Properties): Struct {
    return Struct.fromJavaScript(properties);
}

function refusalsOf(properties: Properties): string[] {
    return refusals(withoutSecrets(properties) as Properties, sandboxesIn(stateDirectory as string));
}

/** The inputs in a resource's state, which also holds what the command printed. */
function inputsOf({ stdout, stderr, ...inputs }: Properties): Properties {
    return inputs;
}

/**
 * Runs one of the commands that the inputs name, and returns what it printed;
 * nothing where none of them is given.
 */
async function run(
    urn: string,
    inputs: Properties,
    verbs: readonly ("create" | "update" | "delete")[],
): Promise<CommandOutput | undefined> {
    // Once more: a deletion is not checked before, and what was unknown then is known now.
    const [refusal] = refusalsOf(inputs);
    if (refusal !== undefined) {
        throw new Error(refusal);
    }
    const parsed = parseInputs(withoutSecrets(inputs));
    const command = verbs.map((verb) => parsed[verb]).find((each) => each !== undefined);
    if (command === undefined) {
        return undefined;
    }
    // Late, because most deployments change nothing and need no SSH.
    const { runCommand } = await import("../../../scripts/lib/ssh.js");
    const lines = log.lines(urn, parsed.logging);
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
    response.setFailuresList(
        refusalsOf(news).map((reason) => {
            const failure = new proto.CheckFailure();
            failure.setReason(reason);
            return failure;
        }),
    );
    response.setInputs(structOf(withSecretLogin(news)));
    return response;
}

const kinds: Readonly<Record<Change, proto.PropertyDiff.Kind>> = {
    add: proto.PropertyDiff.Kind.ADD,
    delete: proto.PropertyDiff.Kind.DELETE,
    update: proto.PropertyDiff.Kind.UPDATE,
};

const replacing: typeof kinds = {
    add: proto.PropertyDiff.Kind.ADD_REPLACE,
    delete: proto.PropertyDiff.Kind.DELETE_REPLACE,
    update: proto.PropertyDiff.Kind.UPDATE_REPLACE,
};

function diff(request: proto.DiffRequest): proto.DiffResponse {
    const response = new proto.DiffResponse();
    const changes = changedPaths(propertiesOf(request.getOldInputs()), propertiesOf(request.getNews()));
    const { DIFF_SOME, DIFF_NONE } = proto.DiffResponse.DiffChanges;
    response.setChanges(changes.size > 0 ? DIFF_SOME : DIFF_NONE);
    response.setHasdetaileddiff(true);
    response.setDiffsList([...new Set([...changes.keys()].map((path) => path.replace(/[.[].*/, "")))]);
    for (const [path, change] of changes) {
        const detail = new proto.PropertyDiff();
        // What changes inside the list replaces, too: the SDK says so for `triggers[*]`.
        detail.setKind((path === "triggers" ? replacing : kinds)[change]);
        response.getDetaileddiffMap().set(path, detail);
    }
    response.setReplacesList(changes.has("triggers") ? ["triggers"] : []);
    return response;
}

const notYetRun: CommandOutput = { stdout: unknown, stderr: unknown };

async function create(request: proto.CreateRequest): Promise<proto.CreateResponse> {
    const response = new proto.CreateResponse();
    const inputs = propertiesOf(request.getProperties());
    const output = request.getPreview() ? notYetRun : await run(request.getUrn(), inputs, ["create"]);
    response.setId(request.getName() + randomBytes(4).toString("hex"));
    response.setProperties(structOf({ ...inputs, stdout: "", stderr: "", ...output }));
    return response;
}

async function update(request: proto.UpdateRequest): Promise<proto.UpdateResponse> {
    const response = new proto.UpdateResponse();
    const { stdout = "", stderr = "" } = propertiesOf(request.getOlds());
    const inputs = propertiesOf(request.getNews());
    const output = request.getPreview() ? notYetRun : await run(request.getUrn(), inputs, ["update", "create"]);
    response.setProperties(structOf({ ...inputs, stdout, stderr, ...output }));
    return response;
}

async function remove(request: proto.DeleteRequest): Promise<Empty> {
    await run(request.getUrn(), inputsOf(propertiesOf(request.getProperties())), ["delete"]);
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

function configure(): proto.ConfigureResponse {
    const response = new proto.ConfigureResponse();
    response.setAcceptsecrets(true);
    response.setSupportspreview(true);
    return response;
}

function pluginInfo(): PluginInfo {
    const response = new PluginInfo();
    response.setVersion(emulatedVersion);
    return response;
}

/** A method of the service from a function that answers a request or throws. */
function method<Request, Response>(answer: (request: Request) => Response | Promise<Response>) {
    return (call: grpc.ServerUnaryCall<Request, Response>, callback: grpc.sendUnaryData<Response>): void => {
        Promise.resolve(call.request)
            .then(answer)
            .then(
                (response) => {
                    callback(null, response);
                },
                (error: unknown) => {
                    callback({
                        code: grpc.status.UNKNOWN,
                        details: error instanceof Error ? error.message : String(error),
                    });
                },
            );
    };
}

const server = new grpc.Server({ "grpc.max_receive_message_length": -1 });
server.addService(ResourceProviderService, {
    getPluginInfo: method(pluginInfo),
    checkConfig: method(checkConfig),
    configure: method(configure),
    check: method(check),
    diff: method(diff),
    create: method(create),
    update: method(update),
    delete: method(remove),
    read: method(read),
    cancel: method(() => new Empty()),
});
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) {
        throw error;
    }
    console.log(port);
});

// The engine ends its plugins, unless it was ended by force.
const { ppid: engineProcess } = process;
setInterval(() => {
    if (process.ppid !== engineProcess) {
        process.exit();
    }
}, 1000);
