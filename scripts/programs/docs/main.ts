/** What `npm run docs` runs: writes the README's table of configuration keys. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { configurationTable, withTable } from "./configurationTable";

const root = join(__dirname, "..", "..", "..");
const readme = join(root, "README.md");
const table = configurationTable(readFileSync(join(root, "Pulumi.yaml"), "utf8"));
writeFileSync(readme, withTable(readFileSync(readme, "utf8"), table));
