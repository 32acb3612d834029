import { CommandError } from "@pulumi/pulumi/automation";

/** A failure whose message is meant for the user as it is. */
export class Failure extends Error {}

const explained: readonly [pattern: RegExp, explanation: (reason: string) => string][] = [
    [
        /passphrase must be set/,
        () =>
            "PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE must be set: it encrypts the secrets of the stack",
    ],
    [
        /incorrect passphrase/,
        () =>
            "the passphrase of PULUMI_CONFIG_PASSPHRASE is not the one that encrypts the secrets of the stack: set the one that it was made with",
    ],
    [
        /unable to open bucket|\.pulumi\/meta\.yaml|unable to check bucket|no such host|connection refused|i\/o timeout/,
        (reason) => `the backend cannot be reached (${reason}): check PULUMI_BACKEND_URL and its login`,
    ],
];

/** What went wrong, in one line. */
export function oneLine(error: unknown): string {
    const text = error instanceof Error ? error.message : String(error);
    if (!(error instanceof CommandError)) {
        return text.split("\n").join(" ").trim();
    }
    const reason = firstError(text);
    const holder = /created by (\S+ \(pid \d+\) at \S+)/.exec(text);
    if (/currently locked by|\[409\] Conflict/.test(text)) {
        return `another run holds the lock of the stack${holder ? ` (${holder[1] ?? ""})` : ""}: wait for its end; if it is dead, add --unlock to up or down`;
    }
    const known = explained.find(([pattern]) => pattern.test(text));
    return known ? known[1](reason) : `Pulumi failed: ${reason.replace(/:$/, " (above)")}`;
}

/** The first that says more than that it failed. */
function firstError(text: string): string {
    const errors = [...text.matchAll(/^(?: std(?:out|err):)?\s*error: (.*)$/gm)].map(([, reason = ""]) =>
        reason.trim(),
    );
    const telling = errors.find((reason) => !/^(update|preview|destroy) failed$/.test(reason));
    return telling ?? errors[0] ?? text.replace(/\s+/g, " ").trim();
}
