import { hasDigest, registryOf, registryPortOf, withDigest } from "../../components/values/imageReference";

const digest = `sha256:${"a".repeat(64)}`;

test.each([
    ["openbmp/aio", undefined, 443, `openbmp/aio@${digest}`],
    ["openbmp/aio:1.2", undefined, 443, `openbmp/aio@${digest}`],
    ["aio:1.2", undefined, 443, `aio@${digest}`],
    ["localhost/aio", "localhost", 443, `localhost/aio@${digest}`],
    ["registry.example/a/b:c", "registry.example", 443, `registry.example/a/b@${digest}`],
    ["registry.example:5443/aio", "registry.example:5443", 5443, `registry.example:5443/aio@${digest}`],
    ["[2001:db8::1]:5443/aio:x", "[2001:db8::1]:5443", 5443, `[2001:db8::1]:5443/aio@${digest}`],
])("%s comes from %j, port %d, and is pinned as %s", (image, registry, port, pinned) => {
    expect(registryOf(image)).toBe(registry);
    expect(registryPortOf(image)).toBe(port);
    expect(withDigest(image, digest)).toBe(pinned);
    expect([hasDigest(image), hasDigest(pinned)]).toEqual([false, true]);
});
