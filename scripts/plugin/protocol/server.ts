/** What every emulated provider shares: messages to properties and back, and the server of the plugin protocol. */
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { Change } from "./diff";
import type { Properties } from "./values";

/** The properties of a message; null stands for one that is not given. */
export function propertiesOf(struct: Struct | undefined): Properties {
    const properties = struct?.toJavaScript() ?? {};
    return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== null));
}

export function structOf(properties: Properties): Struct {
    return Struct.fromJavaScript(properties);
}

/** What is wrong with a property; without a name where the engine must not print the value. */
export function checkFailure(reason: string, property?: string): proto.CheckFailure {
    const failure = new proto.CheckFailure();
    failure.setReason(reason);
    if (property !== undefined) {
        failure.setProperty(property);
    }
    return failure;
}

const kinds: Readonly<Record<Change, proto.PropertyDiff.Kind>> = {
    add: proto.PropertyDiff.Kind.ADD,
    delete: proto.PropertyDiff.Kind.DELETE,
    update: proto.PropertyDiff.Kind.UPDATE,
};

const replacingKinds: typeof kinds = {
    add: proto.PropertyDiff.Kind.ADD_REPLACE,
    delete: proto.PropertyDiff.Kind.DELETE_REPLACE,
    update: proto.PropertyDiff.Kind.UPDATE_REPLACE,
};

/** The answer to the engine's question what the changes need; `replaces` says it of a path. */
export function diffResponse(
    changes: ReadonlyMap<string, Change>,
    replaces: (path: string) => boolean,
): proto.DiffResponse {
    const response = new proto.DiffResponse();
    const { DIFF_SOME, DIFF_NONE } = proto.DiffResponse.DiffChanges;
    response.setChanges(changes.size > 0 ? DIFF_SOME : DIFF_NONE);
    response.setHasdetaileddiff(true);
    response.setDiffsList([...new Set([...changes.keys()].map(topLevel))]);
    for (const [path, change] of changes) {
        const detail = new proto.PropertyDiff();
        detail.setKind((replaces(path) ? replacingKinds : kinds)[change]);
        response.getDetaileddiffMap().set(path, detail);
    }
    return response;
}

/** The property that a path begins with. */
export function topLevel(path: string): string {
    return path.replace(/[.[].*/, "");
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

type Answer<Request, Response> = (request: Request) => Response | Promise<Response>;

/** The methods of the protocol that an emulator answers. */
export interface Provider {
    /** The version of the npm package whose plugin is emulated. */
    readonly version: string;
    readonly checkConfig: Answer<proto.CheckRequest, proto.CheckResponse>;
    /** Told of the provider's configuration. */
    readonly configure?: (args: Properties) => void;
    readonly check: Answer<proto.CheckRequest, proto.CheckResponse>;
    readonly diff: Answer<proto.DiffRequest, proto.DiffResponse>;
    readonly create: Answer<proto.CreateRequest, proto.CreateResponse>;
    readonly update: Answer<proto.UpdateRequest, proto.UpdateResponse>;
    readonly delete: Answer<proto.DeleteRequest, Empty>;
    readonly read: Answer<proto.ReadRequest, proto.ReadResponse>;
    readonly invoke?: Answer<proto.InvokeRequest, proto.InvokeResponse>;
}

function configureWith(configure: Provider["configure"]): Answer<proto.ConfigureRequest, proto.ConfigureResponse> {
    return (request) => {
        configure?.(propertiesOf(request.getArgs()));
        const response = new proto.ConfigureResponse();
        response.setAcceptsecrets(true);
        response.setSupportspreview(true);
        return response;
    };
}

/** Serves on loopback and prints the port, as the engine expects; ends with the engine. */
export function serve({ version, invoke, ...provider }: Provider): void {
    const info = new PluginInfo();
    info.setVersion(version);
    const server = new grpc.Server({ "grpc.max_receive_message_length": -1 });
    server.addService(ResourceProviderService, {
        getPluginInfo: method(() => info),
        checkConfig: method(provider.checkConfig),
        configure: method(configureWith(provider.configure)),
        check: method(provider.check),
        diff: method(provider.diff),
        create: method(provider.create),
        update: method(provider.update),
        delete: method(provider.delete),
        read: method(provider.read),
        ...(invoke ? { invoke: method(invoke) } : {}),
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
}
