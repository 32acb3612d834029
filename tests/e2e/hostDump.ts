import type { Sandbox } from "./sandbox";

/**
 * Everything on the host that a deployment might leave behind, as text: files
 * with their modes and digests, rules without counters, units, containers,
 * addresses and sysctls. Ports that Docker's resolver takes at random are left out.
 */
export function dumpHost(sandbox: Sandbox): Promise<string> {
    return sandbox.root(`
        echo "# files"
        find /etc /usr/local /var/lib -xdev \\( -path /var/lib/docker -o -path /var/lib/containerd \\
            -o -path /var/lib/systemd -o -path /var/lib/dpkg \\) -prune -o -type f -printf '%p %m %u %s ' -exec sha256sum {} \\; \\
            | awk '{print $1, $2, $3, $4, $5}' | grep -v '^/etc/\\(resolv.conf\\|hosts\\|hostname\\|mtab\\)' | sort
        find /etc /usr/local /var/lib -xdev -type d -o -type l | grep -v '^/var/lib/\\(docker\\|containerd\\|systemd\\)/' | sort
        echo "# rules"
        for command in iptables ip6tables; do
            for table in raw mangle nat filter; do
                $command -t $table -S | grep -v DOCKER_ | sed "s/^/$command $table /"
            done
        done
        nft list tables
        ip -4 rule
        ip -6 rule
        echo "# units"
        systemctl list-unit-files --no-legend --no-pager
        systemctl list-units --all --no-legend --no-pager --plain --type service | awk '{print $1, $3}' | grep -v '^systemd-\\|^user'
        echo "# containers"
        docker ps --all --format '{{.Names}} {{.State}} {{.Image}}' | sort
        docker inspect $(docker ps --all --quiet) --format '{{.Name}} {{.HostConfig.RestartPolicy.Name}}' 2>/dev/null | sort || true
        docker network inspect bridge --format '{{.EnableIPv6}}'
        echo "# network"
        ip -6 route
        ip -6 -oneline addr show docker0 scope global | awk '{print $4}'
        cat /proc/sys/net/ipv6/conf/{all,default,eth0}/{forwarding,accept_ra}
        ip netns list
    `);
}
