import * as pulumi from "@pulumi/pulumi";
import { installedProgram, readHostFile } from "../remote/hostScript";
import { remoteStep } from "../remote/remoteStep";
import { checkedInputs, type StepArgs } from "./stepArgs";

export interface MetricsArgs extends StepArgs {
    /**
     * Where node_exporter's textfile collector reads on the machine
     * (github.com/prometheus/node_exporter, "Textfile Collector"). One that is
     * not there is made.
     *
     * @default that of a node_exporter that runs there, else that of Debian's package
     */
    readonly metricsDirectory?: string | undefined;
    /** The machine's IPv6 address that routers are given: a packet is sent to it once an hour. */
    readonly routerFacingAddress: pulumi.Input<string>;
}

/** A timer that writes Prometheus metrics of the collector once a minute. Its removal takes it away. */
export class Metrics extends pulumi.ComponentResource {
    constructor(name: string, args: MetricsArgs, opts: pulumi.ComponentResourceOptions) {
        super("openbmp-aio-ipv6:collector:Metrics", name, checkedInputs(name, args, ["metricsDirectory"]), opts);
        remoteStep(
            `${name}-install`,
            {
                machine: args.machine,
                script: "metrics",
                variables: {
                    METRICS_DIRECTORY: args.metricsDirectory ?? "",
                    ROUTER_FACING_ADDRESS: args.routerFacingAddress,
                    METRICS_PROGRAM_TEXT: installedProgram("openbmp-metrics"),
                    METRICS_UNIT_TEXT: readHostFile("installed/openbmp-aio-ipv6-metrics.service"),
                    METRICS_TIMER_TEXT: readHostFile("installed/openbmp-aio-ipv6-metrics.timer"),
                    REAPPLY: args.reapply,
                },
                removable: true,
            },
            { parent: this, dependsOn: opts.dependsOn },
        );
        this.registerOutputs();
    }
}
