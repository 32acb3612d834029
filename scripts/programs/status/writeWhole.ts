import { randomUUID } from "node:crypto";
import { realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";

/**
 * Puts a text in the place of a file at once: who reads it meanwhile has the former one or this one. Its mode is that
 * of the umask, as that of any file that a shell makes: what is in it is not secret, and others are to read it.
 *
 * @throws Error with the system's reason, and nothing is left behind
 */
export function writeWhole(file: string, text: string): void {
    const part = `${file}.${randomUUID()}`;
    try {
        writeFileSync(part, text, { flag: "wx" });
        renameSync(part, file);
    } finally {
        rmSync(part, { force: true });
    }
}

/**
 * The file that writeWhole may replace: the one that a link leads to.
 *
 * @param file absolute
 * @throws Error with the reason why it could not: what is no file, such as /dev/stdout, is never replaced
 */
export function writableFile(file: string): string {
    const existing = statSync(file, { throwIfNoEntry: false });
    if (existing && !existing.isFile()) {
        throw new Error("it must be a regular file");
    }
    const target = existing ? realpathSync(file) : file;
    const part = `${target}.${randomUUID()}`;
    writeFileSync(part, "", { flag: "wx" });
    rmSync(part);
    return target;
}
