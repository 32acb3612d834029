import { parse } from "yaml";
import { cloudInit } from "../../components/aws/cloudInit";
import { readHostFile } from "../../components/remote/hostScript";
import { loginKey, vmKey } from "../awsConfig";

const args = {
    hostPrivateKey: vmKey.private,
    hostPublicKey: vmKey.public,
    loginPublicKey: loginKey.public,
    dataVolumeId: "vol-0123456789abcdef0",
};

const text = cloudInit(args);
const config = parse(text) as Record<string, unknown>;

test("user data is one #cloud-config document", () => {
    expect(text.startsWith("#cloud-config\n")).toBe(true);
    expect(Object.keys(config)).toEqual([
        "ssh_deletekeys",
        "ssh_keys",
        "ssh_pwauth",
        "disable_root",
        "users",
        "package_update",
        "packages",
        "write_files",
        "runcmd",
    ]);
});

test("the VM gets the host key that was made for it, and no other", () => {
    expect(config.ssh_deletekeys).toBe(true);
    expect(config.ssh_keys).toEqual({ ed25519_private: `${vmKey.private.trim()}\n`, ed25519_public: vmKey.public });
});

test("a private key without a line end gets one, which OpenSSH wants", () => {
    const cut = parse(cloudInit({ ...args, hostPrivateKey: vmKey.private.trim() })) as typeof config;
    expect(cut.ssh_keys).toEqual(config.ssh_keys);
});

test("one user logs in, with the login key only", () => {
    expect(config.users).toEqual([
        {
            name: "admin",
            shell: "/bin/bash",
            sudo: "ALL=(ALL) NOPASSWD:ALL",
            lock_passwd: true,
            ssh_authorized_keys: [loginKey.public],
        },
    ]);
    expect([config.ssh_pwauth, config.disable_root]).toEqual([false, true]);
    expect(text).not.toContain(loginKey.private.split("\n")[3]);
});

test("Docker waits for the data volume of the stack, by files that are as they are in the project", () => {
    expect(config.write_files).toEqual([
        { path: "/etc/openbmp-aio-ipv6/data-volume-id", content: "vol-0123456789abcdef0\n" },
        {
            path: "/usr/local/lib/openbmp-aio-ipv6/openbmp-data-volume",
            permissions: "0755",
            content: readHostFile("installed/openbmp-data-volume"),
        },
        {
            path: "/etc/systemd/system/openbmp-aio-ipv6-data.service",
            content: readHostFile("installed/openbmp-aio-ipv6-data.service"),
        },
        {
            path: "/etc/systemd/system/docker.service.d/openbmp-aio-ipv6-data.conf",
            content: readHostFile("installed/docker-needs-data.conf"),
        },
    ]);
    expect(config.runcmd).toEqual([
        ["systemctl", "daemon-reload"],
        ["systemctl", "start", "docker.service"],
    ]);
});

test("every command that the preflight looks for comes with a package", () => {
    const [, pairs = ""] = /for pair in (.*); do/.exec(readHostFile("lib/host-checks.sh")) ?? [];
    const needed = pairs.split(" ").map((pair) => pair.split("=")[1]);
    expect(needed).toContain("docker.io");
    // Debian's cloud images have these.
    const there = ["gzip", "util-linux", "systemd"];
    expect([...(config.packages as string[]), ...there]).toEqual(expect.arrayContaining(needed));
});

test("user data stays below AWS's limit of 16 KB", () => {
    expect(Buffer.byteLength(text)).toBeLessThan(16 * 1024);
});

test("the same arguments give the same text: a new one replaces the VM", () => {
    expect(cloudInit(args)).toBe(text);
});
