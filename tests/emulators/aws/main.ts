/**
 * An emulator of the Pulumi plugin aws for the resource types in tokens.ts,
 * for tests. Speaks the plugin protocol: the port goes to stdout. What it
 * serves is an account of its own; nothing here ever reaches AWS.
 */
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { changedPaths } from "../../../scripts/plugin/protocol/diff";
import { checkFailure, diffResponse, propertiesOf, serve, structOf } from "../../../scripts/plugin/protocol/server";
import { type Properties, unknown, withoutSecrets } from "../../../scripts/plugin/protocol/values";
import { Account } from "./account";
import type { Declarations } from "./declarations";
import { Machines } from "./machines";
import { functions } from "./functions";
import { providerFailures, regionOf } from "./provider";
import { autonamed, deletesFirst, replaces } from "./replacement";
import { resourceTypes } from "./resources";
import { misfits } from "./shapes";
import { providerToken, type ResourceToken } from "./tokens";

const { OPENBMP_AWS_EMULATOR: directory, AWS_DECLARATIONS: declarationsFile, AWS_MACHINE: machine } = process.env;
if (directory === undefined || declarationsFile === undefined || machine === undefined) {
    throw new Error("usage: OPENBMP_AWS_EMULATOR=FOLDER pulumi-resource-aws");
}
const declarations = JSON.parse(readFileSync(declarationsFile, "utf8")) as Declarations;
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

function checkConfig(request: proto.CheckRequest): proto.CheckResponse {
    const response = new proto.CheckResponse();
    const news = propertiesOf(request.getNews());
    const unknownKeys = Object.keys(news).filter(
        (name) => !Object.hasOwn(declarations.of[providerToken]?.inputs ?? {}, name) && name !== "version",
    );
    response.setFailuresList([
        ...unknownKeys.map((name) => checkFailure("is not declared by @pulumi/aws", name)),
        ...providerFailures(plain(news), process.env).map((reason) => checkFailure(reason)),
    ]);
    response.setInputs(request.getNews());
    return response;
}

function configure(args: Properties): void {
    account = new Account(directory as string, regionOf(plain(args), process.env) ?? "unknown");
    machines = new Machines(account, machine as string);
}

function check(request: proto.CheckRequest): proto.CheckResponse {
    const token = tokenOf(request.getType());
    const response = new proto.CheckResponse();
    const given = propertiesOf(request.getNews());
    // As the real provider: what it fills in is part of the inputs.
    const news = {
        region: account.region,
        ...autonamed(token, request.getName(), propertiesOf(request.getOlds()), given),
    };
    const failures = misfits(plain(news), declarations.of[token]?.inputs ?? {});
    response.setFailuresList(
        failures.map(({ path, reason }) =>
            checkFailure(`${path} ${reason} in @pulumi/aws ${declarations.version}`, path),
        ),
    );
    response.setInputs(structOf(news));
    return response;
}

function diff(request: proto.DiffRequest): proto.DiffResponse {
    const token = tokenOf(request.getType());
    const [olds, news] = [propertiesOf(request.getOldInputs()), propertiesOf(request.getNews())];
    const changes = changedPaths(olds, news);
    const response = diffResponse(changes, (path) => replaces(token, path, plain(news)));
    response.setReplacesList([...changes.keys()].filter((path) => replaces(token, path, plain(news))));
    response.setDeletebeforereplace(deletesFirst(token, request.getName(), plain(news)));
    return response;
}

/** What is not known before the deployment: every output that there always is. */
function unknownOutputs(token: ResourceToken): Properties {
    const outputs = Object.entries(declarations.of[token]?.outputs ?? {});
    return Object.fromEntries(outputs.filter(([, { required }]) => required).map(([name]) => [name, unknown]));
}

async function create(request: proto.CreateRequest): Promise<proto.CreateResponse> {
    const token = tokenOf(request.getType());
    const response = new proto.CreateResponse();
    const inputs = propertiesOf(request.getProperties());
    if (request.getPreview()) {
        response.setProperties(structOf({ ...unknownOutputs(token), ...inputs }));
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
    const args = plain(propertiesOf(request.getArgs()));
    const [misfit] = misfits(args, declarations.of[token]?.inputs ?? {});
    if (misfit) {
        throw new Error(`${misfit.path} ${misfit.reason} in @pulumi/aws ${declarations.version}`);
    }
    response.setReturn(structOf(call(account.read(), args)));
    return response;
}

serve({
    version: declarations.version,
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
