/** What stories of several hosts promise alike. */
import type { Deployment } from "./deployment";
import { dumpHost } from "./hostDump";
import type { Sandbox } from "./sandbox";
import type { Story } from "./story";

/** A new router of each family is recorded under its own address; each `run` of a host has routers of its own. */
export async function expectOwnAddresses(sandbox: Sandbox, run: number): Promise<void> {
    const six = await sandbox.startRouter(`six-${run}`, `10${run}`);
    const four = await sandbox.startIpv4Router(`four-${run}`);
    expect((await sandbox.connectedRouter(`six-${run}`)).RouterIP).toBe(six);
    expect((await sandbox.connectedRouter(`four-${run}`)).RouterIP).toBe(four);
}

/** Where it does not, what status says is in the failure. */
export async function expectAsDeployed(deployment: Deployment): Promise<void> {
    const { code, stdout, stderr } = await deployment.status("--check");
    expect({ code, said: code === 0 ? "" : stdout + stderr }).toEqual({ code: 0, said: "" });
}

/** Destroyed and after a reboot, the host is as it was. */
export async function expectRestored({ sandbox, deployment }: Story, before: string): Promise<void> {
    await sandbox.removePeers();
    await deployment.destroy();
    await sandbox.reboot();
    expect(await dumpHost(sandbox)).toBe(before);
}
