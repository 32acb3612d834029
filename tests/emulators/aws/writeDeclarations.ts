/** Writes what the emulator knows of the vendor's declarations: node writeDeclarations FILE */
import { writeFileSync } from "node:fs";
import { readDeclarations } from "./declarations";
import { allTokens } from "./tokens";

const [file] = process.argv.slice(2);
if (file === undefined) {
    throw new Error("usage: writeDeclarations FILE");
}
writeFileSync(file, JSON.stringify(readDeclarations(allTokens)));
