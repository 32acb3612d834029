/** What `npm run docs` runs: writes the README's table of configuration keys, and the arguments of OpenBmpCollector. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { collectorArgs } from "./collectorArgs";
import { configurationTable, withTable } from "./configurationTable";

const root = join(__dirname, "..", "..", "..");
const project = readFileSync(join(root, "Pulumi.yaml"), "utf8");
const readme = join(root, "README.md");
writeFileSync(readme, withTable(readFileSync(readme, "utf8"), configurationTable(project)));

writeFileSync(join(root, "components", "collector", "openBmpCollectorArgs.ts"), collectorArgs(project));
