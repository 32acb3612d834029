import { execFileSync } from "node:child_process";
import { quote } from "shlex";

/** Lines of a key that are long enough to be no other text by chance. */
const TELLING_LINE = 20;

/** Every form in which a secret may show. */
export function formsOf(secret: string): string[] {
    const shell = (program: string) => execFileSync("bash", ["-c", program], { input: secret, encoding: "utf8" });
    const parts = [secret, ...secret.split("\n").filter((line) => line.length >= TELLING_LINE && line !== secret)];
    const json = (text: string) => JSON.stringify(text).slice(1, -1);
    const goJson = (text: string) =>
        json(text).replace(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
    return [
        ...new Set([
            ...parts,
            ...parts.flatMap((part) => [json(part), goJson(part), json(json(part))]),
            // With what stands before it, it has no opening quote of its own.
            ...parts.map((part) => quote(`${part} `).slice(1, -2)),
            ...parts.map((part) => part.replaceAll("'", "'\\''")),
            shell("IFS= read -r -d '' text || true; printf %q \"$text\""),
            ...inBase64(secret),
        ]),
    ];
}

/** Its base64, wherever it begins within a longer text: the characters that no other byte is part of. */
function inBase64(secret: string): string[] {
    return [0, 1, 2].map((before) => {
        const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
        const text = bytes.toString("base64").replace(/=+$/, "");
        return text.slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6));
    });
}

/** The secrets, by their names, that a text shows in any form. */
export function shownIn(text: string, secrets: Readonly<Record<string, string>>): string[] {
    return Object.entries(secrets)
        .filter(([, secret]) => formsOf(secret).some((form) => text.includes(form)))
        .map(([name]) => name);
}
