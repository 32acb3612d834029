import { CommandError } from "@pulumi/pulumi/automation";
import { Failure, oneLine } from "../../../scripts/programs/ephemeral/failure";

// The constructor is the Automation API's own business.
const commandError = (stderr: string, stdout = "") =>
    Object.assign(Object.create(CommandError.prototype) as CommandError, {
        message: `code: 255\n stdout: ${stdout}\n stderr: ${stderr}\n err?: \n`,
    });

describe("a failure in one line", () => {
    test.each<[string, unknown, string]>([
        ["our own", new Failure("no branch"), "no branch"],
        ["any other", new Error("two\nlines"), "two lines"],
        [
            "of the program, which has more to say than that the update failed",
            commandError("error: update failed\n", "Diagnostics:\n  x:\n    error: hostKey is missing\n"),
            "Pulumi failed: hostKey is missing",
        ],
        [
            "whose explanation is in the lines before",
            commandError("", "    error: The configuration of the stack is not valid:\n    - one\n"),
            "Pulumi failed: The configuration of the stack is not valid (above)",
        ],
        ["without an error line", commandError("error: update failed"), "Pulumi failed: update failed"],
        [
            "of an S3 backend that does not answer",
            commandError(
                'error: read ".pulumi/meta.yaml": blob (code=Unknown): RequestError: send request failed\ncaused by: dial tcp 127.0.0.1:1: connect: connection refused',
            ),
            'the backend cannot be reached (read ".pulumi/meta.yaml": blob (code=Unknown): RequestError: send request failed): check PULUMI_BACKEND_URL and its login',
        ],
        [
            "of a lock in a file or S3 backend",
            commandError(
                "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with `pulumi cancel`.\n  file:///x.json: created by me@laptop (pid 42) at 2026-01-01T00:00:00Z",
            ),
            "another run holds the lock of the stack (me@laptop (pid 42) at 2026-01-01T00:00:00Z): wait for its end; if it is dead, add --unlock to up or down",
        ],
        [
            "of a lock in the hosted service",
            commandError("error: [409] Conflict: Another update is currently in progress."),
            "another run holds the lock of the stack: wait for its end; if it is dead, add --unlock to up or down",
        ],
        [
            "of a wrong passphrase",
            commandError("error: getting secrets manager: incorrect passphrase"),
            "the passphrase of PULUMI_CONFIG_PASSPHRASE is not the one that encrypts the secrets of the stack: set the one that it was made with",
        ],
    ])("%s", (_which, error, line) => {
        expect(oneLine(error)).toBe(line);
    });
});
