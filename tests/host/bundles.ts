/** Writes what the program sends to a host into a folder, for the tests of the scripts: bundles.ts FOLDER. */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
    declaredInput,
    HOST_STEPS,
    type HostStep,
    installedProgram,
    OPTIONAL_STEPS,
    recordText,
    statusText,
    stepText,
} from "../../components/remote/hostScript";

const [, , folder = ""] = process.argv;
const steps: readonly HostStep[] = ["cloud-init", ...HOST_STEPS, ...OPTIONAL_STEPS];
const inputs = new Set([
    ...steps.flatMap((step) => declaredInput(step, "apply")),
    ...declaredInput("collector-config", "read"),
    "CURRENT_OWNER",
]);

mkdirSync(join(folder, "installed"), { recursive: true });
for (const step of steps) {
    writeFileSync(join(folder, step), stepText(step));
}
writeFileSync(join(folder, "status"), statusText([]));
writeFileSync(join(folder, "record"), recordText());
writeFileSync(join(folder, "steps"), HOST_STEPS.join("\n"));
writeFileSync(join(folder, "inputs"), [...inputs].join("\n"));
for (const program of readdirSync(join(__dirname, "../../scripts/host/installed")).filter(
    (name) => !name.includes("."),
)) {
    writeFileSync(join(folder, "installed", program), installedProgram(program));
}
