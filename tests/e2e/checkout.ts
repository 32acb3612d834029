import { statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { root, run } from "./run";

/** A file of a stack that whoever works in the checkout has; a test makes its own by any name. */
const isOfStack = (file: string) => /^Pulumi\.(?!dev\.).+\.yaml$/.test(file);

/** Copies what Git has, or would have, of the checkout, but no stacks; returns the files' names. */
export async function copyCheckout(directory: string): Promise<string[]> {
    const listed = await run("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    const files = listed.split("\0").filter((file) => {
        return (
            file !== "" &&
            !isOfStack(file) &&
            (statSync(join(root, file), { throwIfNoEntry: false })?.isFile() ?? false)
        );
    });
    await run("mkdir", [directory]);
    await run("cp", ["--parents", "--preserve=mode", "--target-directory", directory, ...files]);
    return files;
}

/** The installed packages, for a copy of the checkout. */
export function linkPackages(directory: string): void {
    symlinkSync(join(root, "node_modules"), join(directory, "node_modules"));
}
