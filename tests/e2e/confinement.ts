import type { Sandbox } from "./sandbox";

/** How much a unit could do besides its work, by systemd: from 0 to 10, which is root with everything. */
export async function exposureOf(sandbox: Sandbox, unit: string): Promise<number> {
    const analysis = await sandbox.root(`systemd-analyze security --no-pager ${unit}.service`);
    return Number(/Overall exposure level for \S+: ([\d.]+)/.exec(analysis)?.[1]);
}

/** What the unit tried and may not do, by its journal; empty where it has all that it needs. */
export async function deniedTo(sandbox: Sandbox, unit: string): Promise<string> {
    const { stdout } = await sandbox.tryRoot(`journalctl --no-pager --unit ${unit} |
        grep -iE 'not permitted|read-only file system|permission denied|unknown (key|lvalue)'`);
    return stdout;
}
