/** Where an emulated account is kept: a folder that a test made. */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Cloud, type CloudResource, type CloudSettings } from "./cloud";
import { resourceTypes } from "./resources";

export class Account {
    /** The folder holds `cloud.json`, which the test wrote, and `resources.json`, which the emulator keeps. */
    constructor(
        readonly directory: string,
        readonly region: string,
    ) {}

    get settings(): CloudSettings {
        return JSON.parse(readFileSync(join(this.directory, "cloud.json"), "utf8")) as CloudSettings;
    }

    /** The account as it is now. */
    read(): Cloud {
        return new Cloud(this.settings, this.region, resourceTypes, new Map(this.resources()));
    }

    /** Does something to the account; what was done stays unless it throws. */
    change<T>(work: (cloud: Cloud) => T): T {
        const cloud = this.read();
        const result = work(cloud);
        const partial = join(this.directory, "resources.json.partial");
        writeFileSync(partial, JSON.stringify([...cloud.resources], undefined, 2), { mode: 0o600 });
        renameSync(partial, join(this.directory, "resources.json"));
        return result;
    }

    private resources(): [string, CloudResource][] {
        try {
            return JSON.parse(readFileSync(join(this.directory, "resources.json"), "utf8")) as [
                string,
                CloudResource,
            ][];
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code === "ENOENT") {
                return [];
            }
            throw error;
        }
    }
}
