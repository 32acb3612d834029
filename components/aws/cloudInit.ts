import { stringify } from "yaml";
import { readHostFile } from "../remote/hostScript";

/** The login that cloud-init makes on the VM. */
export const VM_USER = "admin";

/** What the host scripts need, as Debian packages. */
const PACKAGES = ["ca-certificates", "conntrack", "docker.io", "docker-cli", "e2fsprogs", "iproute2", "iptables", "jq"];

export interface CloudInitArgs {
    /** The VM's host key, private half: OpenSSH's form, ed25519. */
    readonly hostPrivateKey: string;
    /** Its public half, type and key. */
    readonly hostPublicKey: string;
    /** The public half of the login key. */
    readonly loginPublicKey: string;
    /** Id of the EBS volume for /var/openbmp. */
    readonly dataVolumeId: string;
}

/**
 * The VM's user data, for cloud-init. A change of it replaces the VM, so it
 * holds only what must be there before SSH can be trusted, and Docker.
 */
export function cloudInit(args: CloudInitArgs): string {
    const config = {
        ssh_deletekeys: true,
        ssh_keys: { ed25519_private: withLineEnd(args.hostPrivateKey), ed25519_public: args.hostPublicKey },
        ssh_pwauth: false,
        disable_root: true,
        users: [
            {
                name: VM_USER,
                shell: "/bin/bash",
                sudo: "ALL=(ALL) NOPASSWD:ALL",
                lock_passwd: true,
                ssh_authorized_keys: [args.loginPublicKey],
            },
        ],
        package_update: true,
        packages: PACKAGES,
        write_files: [
            { path: "/etc/openbmp-aio-ipv6/data-volume-id", content: `${args.dataVolumeId}\n` },
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
        ],
        // Docker starts with its package; a failure there would go unnoticed.
        runcmd: [
            ["systemctl", "daemon-reload"],
            ["systemctl", "start", "docker.service"],
        ],
    };
    return `#cloud-config\n${stringify(config, { lineWidth: 0 })}`;
}

/** OpenSSH refuses a private key without it. */
function withLineEnd(key: string): string {
    return `${key.trim()}\n`;
}
