import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deniedTo, exposureOf } from "../e2e/confinement";
import { eventually, root, run } from "../e2e/run";
import { keepRules, standInImage, stopKeepingRules } from "../e2e/sandbox";
import { MINUTE, story } from "../e2e/story";
import { alertRules, type Prometheus, startPrometheus } from "./prometheus";
import { seen } from "./seen";

const directory = "/var/lib/prometheus/node-exporter";

/** The expressions of the dashboard's panels, for every collector. */
function expressionsOfDashboard(): string[] {
    const text = readFileSync(join(root, "docs/monitoring/openbmp-dashboard.json"), "utf8");
    const { panels } = JSON.parse(text) as { panels: { targets: { expr: string }[] }[] };
    return panels
        .flatMap(({ targets }) => targets.map(({ expr }) => expr))
        .map((expression) => expression.replaceAll("$instance", ".*").replaceAll("$__rate_interval", "5m"));
}

describe("metrics, in a real Prometheus by way of a real node_exporter", () => {
    let prometheus: Prometheus | undefined;
    const shared = story("monitoring", {
        config: { metrics: "true" },
        prepare: async (sandbox) => {
            // A disk that can be filled.
            await sandbox.root(`mkdir -p /var/openbmp ${directory}; mount -t tmpfs -o size=700m tmpfs /var/openbmp`);
            const exporter = (await run("which", ["prometheus-node-exporter"])).trim();
            await run("docker", ["cp", "--follow-link", exporter, `${sandbox.container}:/usr/local/bin/node_exporter`]);
            await sandbox.root(`systemd-run --unit node-exporter /usr/local/bin/node_exporter \
                --collector.disable-defaults --collector.textfile --collector.textfile.directory=${directory}`);
        },
    });
    const metrics = () => prometheus as Prometheus;
    /** The alert fires within two minutes of what is done. */
    async function expectAlert(name: string, cause: () => Promise<unknown>): Promise<void> {
        await cause();
        const began = Date.now();
        await eventually(`${name} fires`, 2 * MINUTE, async () =>
            (await metrics().firing()).includes(name) ? true : undefined,
        );
        seen(`after ${Math.round((Date.now() - began) / 1000)} s`);
    }

    beforeAll(async () => {
        await shared.deployment.up();
        prometheus = await startPrometheus(`[${shared.sandbox.info.address}]:9100`);
    }, 5 * MINUTE);
    afterAll(() => prometheus?.stop());

    test("promtool takes the rules", async () => {
        expect(await run("promtool", ["check", "rules", alertRules])).toContain("10 rules found");
    });

    test("promtool has the alert of sessions fire at 180 of any source, and not before", async () => {
        const sessions = (source: string, values: string) => ({
            series: `openbmp_bmp_sessions{instance="host",source="${source}"}`,
            values,
        });
        const at = (eval_time: string, exp_alerts: object[]) => ({
            eval_time,
            alertname: "OpenBmpSessionsNearLimit",
            exp_alerts,
        });
        const firing = {
            exp_labels: { severity: "warning", instance: "host" },
            exp_annotations: {
                summary: "180 BMP sessions on host, where openbmpd takes 201",
                description: "routers beyond it wait without a word: docs/scale.md",
            },
        };
        const input_series = [sessions("router", "179 170"), sessions("host", "0 10")];
        const file = join(mkdtempSync(join(tmpdir(), "openbmp-rules-")), "test.yml");
        writeFileSync(
            file,
            JSON.stringify({
                rule_files: [alertRules],
                tests: [{ interval: "1m", input_series, alert_rule_test: [at("0m", []), at("1m", [firing])] }],
            }),
        );
        expect(await run("promtool", ["test", "rules", file])).toContain("SUCCESS");
    });

    test(
        "all that the dashboard asks for is there, and nothing is wrong",
        async () => {
            const address = await shared.sandbox.startRouter("edge-1", "101");
            await shared.sandbox.connectedRouter("edge-1");
            const [up] = await eventually("the router is up", 2 * MINUTE, async () => {
                const found = await metrics().query('openbmp_router_up{router="edge-1"} == 1');
                return found.length > 0 ? found : undefined;
            });
            expect(up?.metric.address).toBe(address);
            // A rate takes two scrapes.
            let empty: string[] = [];
            await eventually("each panel has something to show", MINUTE, async () => {
                empty = [];
                for (const expression of expressionsOfDashboard()) {
                    if ((await metrics().query(expression)).length === 0) {
                        empty.push(expression);
                    }
                }
                return empty.length === 0 || undefined;
            }).catch(() => undefined);
            expect(empty).toEqual([]);
            const [verified] = await metrics().query("openbmp_verification_success");
            expect(verified?.value[1]).toBe("1");
            await eventually("no alert fires", 4 * MINUTE, async () =>
                (await metrics().firing()).length === 0 ? true : undefined,
            );
        },
        5 * MINUTE,
    );

    test(
        "their unit may do little besides (systemd-analyze security), and has what it needs",
        async () => {
            // It goes into network namespaces, which takes CAP_SYS_ADMIN.
            expect(await exposureOf(shared.sandbox, "openbmp-aio-ipv6-metrics")).toBeLessThan(5);
            expect(await deniedTo(shared.sandbox, "openbmp-aio-ipv6-metrics")).toBe("");
        },
        MINUTE,
    );

    test(
        "packets of a prefix are counted on when the rules are written anew",
        async () => {
            const count = async () =>
                Number(
                    (
                        await shared.sandbox.root(`/usr/local/lib/openbmp-aio-ipv6/openbmp-metrics print |
                            awk '/^openbmp_allowed_packets_total.*port="bmp"/ { sum += $2 } END { print sum }'`)
                    ).trim(),
                );
            const before = await count();
            expect(before).toBeGreaterThan(0);
            await shared.sandbox.root("/usr/local/lib/openbmp-aio-ipv6/openbmp-dnat guard");
            expect(await count()).toBeGreaterThanOrEqual(before);
        },
        MINUTE,
    );

    test(
        "a router under the gateway's address is told",
        () =>
            expectAlert("OpenBmpRouterUnderForeignAddress", () =>
                shared.sandbox.root(`address=$(docker inspect --format '{{.NetworkSettings.IPAddress}}' openbmp_aio)
                    docker run --detach --name inner --network host ${standInImage} \
                        node /opt/openbmp/router.js --host "$address" --port 5000 --name inner`),
            ),
        4 * MINUTE,
    );

    test(
        "a router that is gone is told",
        () => expectAlert("OpenBmpRouterGone", () => shared.sandbox.root("docker rm --force --volumes inner")),
        4 * MINUTE,
    );

    test(
        "rules that are not as deployed are told",
        () =>
            expectAlert("OpenBmpRulesNotAsDeployed", () =>
                shared.sandbox.root(`${stopKeepingRules}; ip6tables -t mangle -F OPENBMP-ALLOW`),
            ),
        4 * MINUTE,
    );

    test(
        "a disk full to 85 % is told",
        async () => {
            await shared.sandbox.root(keepRules);
            await expectAlert("OpenBmpDiskFilling", () =>
                shared.sandbox.root(`free=$(df --block-size 1M --output=avail /var/openbmp | tail -n 1)
                    fallocate -l $((free - 50))M /var/openbmp/fill`),
            );
            await shared.sandbox.root("rm /var/openbmp/fill");
        },
        4 * MINUTE,
    );

    test(
        "metrics: false takes timer and file away, and nothing else",
        async () => {
            await shared.deployment.configure({ metrics: "false" });
            const { summary } = await shared.deployment.up();
            expect(summary.resourceChanges).toMatchObject({ delete: 2 });
            const left = `ls ${directory} /etc/systemd/system /usr/local/lib/openbmp-aio-ipv6 | grep -E 'metrics|prom$' || true`;
            expect(await shared.sandbox.root(left)).toBe("");
            expect((await shared.deployment.status("--check")).stdout).toContain("as deployed");
        },
        3 * MINUTE,
    );
});
