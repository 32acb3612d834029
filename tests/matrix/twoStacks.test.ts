import { Deployment } from "../e2e/deployment";
import { dumpHost } from "../e2e/hostDump";
import { MINUTE, story } from "../e2e/story";

describe("two stacks that are deployed to one host at the same moment", () => {
    const shared = story("secrets-two");
    const lists = ["2001:db8:1::/48", "2001:db8:2::/48"] as const;
    let second: Deployment;
    let winner: Deployment;
    let loser: Deployment;

    const settings = () => shared.sandbox.root("cat /etc/openbmp-aio-ipv6/dnat.conf");

    beforeAll(async () => {
        second = await Deployment.create(shared.sandbox, {}, `${shared.sandbox.name}-second`);
    }, MINUTE);
    afterAll(() => {
        (second as Deployment | undefined)?.remove();
    });

    test(
        "are one that gets the host, whole, and one that is told the other's name",
        async () => {
            const stacks = [shared.deployment, second] as const;
            for (const [index, stack] of stacks.entries()) {
                await stack.stack.setConfig("bmpAllowedCidrs[0]", { value: lists[index] ?? "" }, true);
            }
            const ends = await Promise.allSettled([stacks[0].up(), stacks[1].up()]);
            expect(ends.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
            const first = ends[0].status === "fulfilled" ? 0 : 1;
            [winner, loser] = first === 0 ? stacks : [stacks[1], stacks[0]];
            const refusal = ends.find((end) => end.status === "rejected")?.reason as Error;
            expect(refusal.message).toContain(
                `the host is deployed by the stack openbmp-aio-ipv6/${winner.stack.name}: destroy that one first`,
            );
            expect(await settings()).toContain(lists[first]);
            expect(await settings()).not.toContain(lists[first === 0 ? 1 : 0]);
            expect(await winner.status("--check")).toMatchObject({ code: 0 });
        },
        2 * MINUTE,
    );

    test(
        "leave the one's host as it is when the other is destroyed",
        async () => {
            const before = await dumpHost(shared.sandbox);
            await loser.destroy();
            expect(await dumpHost(shared.sandbox)).toBe(before);
            expect(await winner.status("--check")).toMatchObject({ code: 0 });
        },
        MINUTE,
    );
});
