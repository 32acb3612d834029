import type { ExistingHostArgs } from "../../components/host/existingHost";
import { loginKey } from "../awsConfig";
import { hostKey } from "./registrations";

/** What an existing host is made of, without any option. */
export const existingHost: ExistingHostArgs = {
    owner: "p/s",
    address: "collector.example",
    port: 2222,
    user: "admin",
    hostKey,
    privateKey: loginKey.private,
    privateKeyPassword: undefined,
    bastion: undefined,
    image: "openbmp/aio:1",
    dockerNetwork: "bridge",
    bmpPort: 5001,
    restPort: 8002,
    kafkaFqdn: "localhost",
    kafkaAllowedCidrs: [],
    mysqlAllowedCidrs: [],
    adminId: undefined,
    memoryGb: 0,
    environment: { A: "1" },
    replaceContainer: false,
    mode: "dnat",
    fixedCidrV6: "fc00::/64",
    restartDocker: true,
    reapply: "again",
};
