import * as pulumi from "@pulumi/pulumi";
import type { SshArgs, SshLogin } from "../remote/sshConnection";
import { AIO_IMAGE, COLLECTOR_IMAGE } from "../values/imageReference";
import { needsPat } from "../values/modes";
import type { LateHostSettings, LateSettings } from "./lateSettings";

/**
 * The settings by what uses them. Each value is named here, so that a step gets
 * what it asks for, no secret of another, and none that is missing by its name.
 */
export function grouped(settings: LateSettings) {
    const { mode, adminId } = settings;
    const isCollector = settings.role === "collector";
    const kafkaBrokers = isCollector ? settings.kafkaBrokers : undefined;
    return {
        /** How Docker carries IPv6 to the container. */
        docker: {
            mode,
            dockerNetwork: settings.dockerNetwork,
            fixedCidrV6: settings.fixedCidrV6,
            restartDocker: settings.restartDocker,
        },
        /** Where the host publishes the collector. */
        ports: { bmpPort: settings.bmpPort, restPort: isCollector ? undefined : settings.restPort },
        /** Who may use its ports; Kafka and MySQL are published only where somebody may. */
        allowLists: {
            bmpAllowedCidrs: settings.bmpAllowedCidrs,
            restAllowedCidrs: settings.restAllowedCidrs,
            kafkaAllowedCidrs: settings.kafkaAllowedCidrs,
            mysqlAllowedCidrs: settings.mysqlAllowedCidrs,
        },
        /** What the container is created from, besides its image and network. */
        container: {
            kafkaFqdn: settings.kafkaFqdn,
            adminId,
            memoryGb: settings.memoryGb,
            environment: pulumi.secret(settings.environment),
            replaceContainer: settings.replaceContainer,
        },
        registryLogin: { registryUser: settings.registryUser, registryPassword: settings.registryPassword },
        restLogin: { restUser: settings.restUser, restPassword: settings.restPassword },
        /** What openbmpd.conf has to say. */
        collector: {
            listenMode: settings.listenMode,
            patEnabled: needsPat(mode),
            adminId,
            kafkaBrokers,
            kafkaSettings: isCollector ? settings.kafkaSettings : undefined,
        },
        /** How the collector starts. */
        start: {
            purgeStaleData: settings.purgeStaleData,
            verify: settings.verify,
            kafkaBrokers,
        },
    };
}

/** The image that is run: without one of the user's own, that of the role. */
export function imageOf({ role, image }: Pick<LateSettings, "role" | "image">): string {
    return role === "collector" && image === AIO_IMAGE ? COLLECTOR_IMAGE : image;
}

/** How SSH logs in to the host, and over which jump host. */
export function sshLogin(settings: LateSettings, hostUser: string): SshLogin {
    const { bastionAddress: address, bastionHostKey: hostKey, bastionPort: port, bastionUser } = settings;
    return {
        user: hostUser,
        privateKey: settings.sshPrivateKey,
        privateKeyPassword: settings.sshPrivateKeyPassword,
        bastion: address && hostKey ? { address, port, hostKey, user: bastionUser ?? hostUser } : undefined,
    };
}

/** How SSH gets into a machine that is there already. */
export function sshToHost(settings: LateHostSettings): SshArgs {
    return {
        ...sshLogin(settings, settings.hostUser),
        address: settings.hostAddress,
        port: settings.hostPort,
        hostKey: settings.hostKey,
    };
}
