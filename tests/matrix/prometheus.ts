import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually, root } from "../e2e/run";
import { freePort } from "../freePort";

/** The project's alert rules. */
export const alertRules = join(root, "docs/monitoring/openbmp-alerts.yml");

interface Sample {
    readonly metric: Readonly<Record<string, string>>;
    readonly value: readonly [number, string];
}

/** A real Prometheus on this machine, which scrapes one target and has the project's alert rules. */
export async function startPrometheus(target: string) {
    const directory = mkdtempSync(join(tmpdir(), "openbmp-prometheus-"));
    const port = await freePort();
    const file = join(directory, "prometheus.yml");
    writeFileSync(
        file,
        JSON.stringify({
            global: { scrape_interval: "5s", evaluation_interval: "5s" },
            rule_files: [alertRules],
            scrape_configs: [{ job_name: "node", static_configs: [{ targets: [target] }] }],
        }),
    );
    const child = spawn(
        "prometheus",
        [`--config.file=${file}`, `--storage.tsdb.path=${directory}`, `--web.listen-address=127.0.0.1:${port}`],
        { stdio: "ignore" },
    );
    const ask = async (path: string): Promise<unknown> => {
        const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`);
        const answer = (await response.json()) as { data?: unknown; error?: string };
        if (answer.data === undefined) {
            throw new Error(`${path}: ${answer.error ?? response.status}`);
        }
        return answer.data;
    };
    await eventually("Prometheus answers", 30_000, () => ask("targets").catch(() => undefined));
    return {
        /** The values of an expression. */
        async query(expression: string): Promise<readonly Sample[]> {
            return ((await ask(`query?query=${encodeURIComponent(expression)}`)) as { result: Sample[] }).result;
        },
        /** The names of the alerts that fire. */
        async firing(): Promise<string[]> {
            const { alerts } = (await ask("alerts")) as {
                alerts: { state: string; labels: { alertname: string } }[];
            };
            return alerts.filter(({ state }) => state === "firing").map(({ labels }) => labels.alertname);
        },
        stop(): void {
            child.kill("SIGKILL");
            rmSync(directory, { recursive: true, force: true });
        },
    };
}

export type Prometheus = Awaited<ReturnType<typeof startPrometheus>>;
