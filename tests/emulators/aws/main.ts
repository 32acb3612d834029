/**
 * An emulator of the Pulumi plugin aws for the resource types in resources.ts,
 * for tests. Speaks the plugin protocol: the port goes to stdout. What it
 * serves is an account of its own; nothing here ever reaches AWS.
 */
import { isDeepStrictEqual } from "node:util";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { changedPaths } from "../../../scripts/plugin/protocol/diff";
import { checkFailure, diffResponse, propertiesOf, serve, structOf } from "../../../scripts/plugin/protocol/server";
import { type Properties, withoutSecrets } from "../../../scripts/plugin/protocol/values";
import { Account } from "./account";
import { type ResourceToken, text } from "./cloud";
import { Machines } from "./machines";
import { functions } from "./functions";
import { replaces, resourceTypes, unknownInputs } from "./resources";

const { OPENBMP_AWS_EMULATOR: directory, AWS_VERSION: version, AWS_MACHINE: machine } = process.env;
if (directory === undefined || version === undefined || machine === undefined) {
    throw new Error("usage: OPENBMP_AWS_EMULATOR=FOLDER pulumi-resource-aws");
}
let account = new Account(directory, "unknown");
let machines = new Machines(account, machine);

function plain(properties: Properties): Properties {
    return withoutSecrets(properties) as Properties;
}

function tokenOf(type: string): ResourceToken {
    if (!Object.hasOwn(resourceTypes, type)) {
        throw new Error(`the emulator of the aws plugin has no ${type}, only ${Object.keys(resourceTypes).join(", ")}`);
    }
    return type as ResourceToken;
}

/** The region of the stack, as the real provider finds it, without its shared configuration files. */
function regionOf(config: Properties): string | undefined {
    return [text(config, "region"), process.env.AWS_REGION, process.env.AWS_DEFAULT_REGION].find((each) => each);
}

/** Why the provider cannot serve, in the words of the real one. */
function providerFailures(config: Properties): string[] {
    if (regionOf(config) === undefined) {
        return [
            "Missing region information\nMake sure you have set your AWS region, e.g. `pulumi config set aws:region us-west-2`.",
        ];
    }
    return process.env.AWS_ACCESS_KEY_ID && process.env.AWS_SECRET_ACCESS_KEY
        ? []
        : [
              "No valid credential sources found.\nPlease see https://www.pulumi.com/registry/packages/aws/installation-configuration/ for more information about providing credentials.",
          ];
}

function checkConfig(request: proto.CheckRequest): proto.CheckResponse {
    const response = new proto.CheckResponse();
    const failures = providerFailures(plain(propertiesOf(request.getNews())));
    response.setFailuresList(failures.map((reason) => checkFailure(reason)));
    response.setInputs(request.getNews());
    return response;
}

function configure(args: Properties): void {
    account = new Account(directory as string, regionOf(plain(args)) ?? "unknown");
    machines = new Machines(account, machine as string);
}

function check(request: proto.CheckRequest): proto.CheckResponse {
    const token = tokenOf(request.getType());
    const response = new proto.CheckResponse();
    const unknown = unknownInputs(token, propertiesOf(request.getNews()));
    response.setFailuresList(unknown.map((name) => checkFailure("is not in resources.ts of the emulator", name)));
    response.setInputs(request.getNews());
    return response;
}

function diff(request: proto.DiffRequest): proto.DiffResponse {
    const token = tokenOf(request.getType());
    const [olds, news] = [propertiesOf(request.getOldInputs()), propertiesOf(request.getNews())];
    const changes = changedPaths(olds, news);
    const response = diffResponse(changes, (path) => replaces(token, path, plain(news)));
    response.setReplacesList([...changes.keys()].filter((path) => replaces(token, path, plain(news))));
    return response;
}

async function create(request: proto.CreateRequest): Promise<proto.CreateResponse> {
    const token = tokenOf(request.getType());
    const response = new proto.CreateResponse();
    const inputs = propertiesOf(request.getProperties());
    if (request.getPreview()) {
        // What is not given is not known before the deployment.
        response.setProperties(structOf(inputs));
        return response;
    }
    const resource = account.change((cloud) => cloud.create(token, plain(inputs)));
    try {
        await machines.created(resource);
    } catch (error) {
        account.change((cloud) => cloud.resources.delete(resource.id));
        await machines.removed(resource);
        throw error;
    }
    response.setId(resource.id);
    response.setProperties(structOf({ ...resource.properties, ...inputs }));
    return response;
}

async function update(request: proto.UpdateRequest): Promise<proto.UpdateResponse> {
    const response = new proto.UpdateResponse();
    const inputs = propertiesOf(request.getNews());
    if (request.getPreview()) {
        response.setProperties(structOf({ ...propertiesOf(request.getOlds()), ...inputs }));
        return response;
    }
    const before = account.read().get(request.getId());
    const resource = account.change((cloud) => cloud.update(request.getId(), plain(inputs)));
    await machines.updated(resource, before);
    response.setProperties(structOf({ ...resource.properties, ...inputs }));
    return response;
}

async function remove(request: proto.DeleteRequest): Promise<Empty> {
    const resource = account.read().resources.get(request.getId());
    if (resource) {
        await machines.removing(resource);
        account.change((cloud) => {
            cloud.remove(resource.id);
        });
        await machines.removed(resource);
    }
    return new Empty();
}

/** What is gone is answered without an id. */
function read(request: proto.ReadRequest): proto.ReadResponse {
    const response = new proto.ReadResponse();
    const resource = account.read().resources.get(request.getId());
    if (resource) {
        const known = propertiesOf(request.getProperties());
        const changed = Object.entries(resource.properties).filter(
            ([name, value]) => !isDeepStrictEqual(withoutSecrets(known[name] ?? null), value),
        );
        response.setId(resource.id);
        // Values that did not change keep their marks of secrets.
        response.setProperties(structOf({ ...known, ...Object.fromEntries(changed) }));
        response.setInputs(request.getInputs());
    }
    return response;
}

function invoke(request: proto.InvokeRequest): proto.InvokeResponse {
    const token = request.getTok();
    const { [token]: call } = functions;
    if (call === undefined) {
        throw new Error(`the emulator of the aws plugin has no ${token}, only ${Object.keys(functions).join(" and ")}`);
    }
    const response = new proto.InvokeResponse();
    response.setReturn(structOf(call(account.read(), plain(propertiesOf(request.getArgs())))));
    return response;
}

serve({
    version,
    checkConfig,
    configure,
    check,
    diff,
    create,
    update,
    delete: remove,
    read,
    invoke,
});
