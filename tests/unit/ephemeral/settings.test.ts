import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSettings } from "../../../scripts/programs/ephemeral/settings";

describe("the settings of a branch's stack", () => {
    let directory: string;
    beforeEach(() => {
        directory = mkdtempSync(join(tmpdir(), "openbmp-test-"));
    });
    afterEach(() => {
        rmSync(directory, { recursive: true });
    });

    function file(text: string): string {
        const path = join(directory, "file");
        writeFileSync(path, text);
        return path;
    }

    test("come from a file, and from arguments that are laid over it", () => {
        const configFile = file("config:\n  p:mode: proxy\n  p:bmpPort: 5001\n  aws:region: eu-north-1\n");
        const config = ["mode=dnat", "bmpAllowedCidrs=[2001:db8::/32, 192.0.2.0/24]", "adminId=a=b"];
        expect(readSettings({ configFile, config, secret: [] }, "p").plain).toEqual({
            "p:mode": "dnat",
            "p:bmpPort": 5001,
            "aws:region": "eu-north-1",
            "p:bmpAllowedCidrs": ["2001:db8::/32", "192.0.2.0/24"],
            "p:adminId": "a=b",
        });
    });

    test("take secrets from files", () => {
        const secret = [`sshPrivateKey=${file("of a test\n")}`];
        expect(readSettings({ config: [], secret }, "p")).toEqual({
            plain: {},
            secrets: { "p:sshPrivateKey": "of a test\n" },
        });
    });

    test("of an empty file are none", () => {
        expect(readSettings({ configFile: file(""), config: [], secret: [] }, "p").plain).toEqual({});
    });

    test("are refused where they are encrypted for another stack", () => {
        const configFile = file("config:\n  p:sshPrivateKey:\n    secure: v1:x\n");
        expect(() => readSettings({ configFile, config: [], secret: [] }, "p")).toThrow(
            `${configFile}: p:sshPrivateKey is encrypted for another stack: give it with --secret p:sshPrivateKey=FILE`,
        );
    });

    test.each([
        [{ config: ["mode"], secret: [] }, '--config must be KEY=VALUE, got "mode"'],
        [{ config: ["=x"], secret: [] }, '--config must be KEY=VALUE, got "=x"'],
        [{ config: [], secret: ["key"] }, '--secret must be KEY=FILE, got "key"'],
        [{ config: [], secret: ["key=/nowhere/key"] }, "cannot read /nowhere/key"],
        [{ config: ["a=[1"], secret: [] }, "the value of --config a must be YAML"],
        [{ config: [], secret: [], configFile: "/nowhere/x.yaml" }, "cannot read /nowhere/x.yaml"],
    ])("are refused: %j", (options, message) => {
        expect(() => readSettings(options, "p")).toThrow(message);
    });
});
