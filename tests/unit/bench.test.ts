import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(__dirname, "..", "..");

test("the benchmark names its measures where one is asked for that it has not", () => {
    const arguments_ = ["--import", "tsx", "tests/bench/bench.ts", "--only", "latency"];
    const { status, stderr } = spawnSync(process.execPath, arguments_, { cwd: root, encoding: "utf8" });
    expect(stderr).toMatch(/^--only must be of first-up, .*, throughput, got "latency"\n$/);
    expect(status).toBe(2);
}, 30_000);
