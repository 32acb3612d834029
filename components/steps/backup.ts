import * as pulumi from "@pulumi/pulumi";
import { installedProgram, readHostFile } from "../remote/hostScript";
import { remoteStep } from "../remote/remoteStep";
import { checkedInputs, type StepArgs } from "./stepArgs";

export interface BackupArgs extends StepArgs {
    /** How many backups are kept, one a day; from 1 on. */
    readonly backupKeep: number;
    /** The hour of the day at which one is made, 0 to 23, by the machine's clock and time zone. */
    readonly backupHour: number;
}

/**
 * A timer that keeps the last dumps of the database, with the configuration, in
 * /var/openbmp/backup. Its removal takes the timer away; the backups stay.
 */
export class Backup extends pulumi.ComponentResource {
    constructor(name: string, args: BackupArgs, opts: pulumi.ComponentResourceOptions) {
        super("openbmp-aio-ipv6:collector:Backup", name, checkedInputs(name, args, ["backupKeep", "backupHour"]), opts);
        const timer = readHostFile("installed/openbmp-aio-ipv6-backup.timer");
        remoteStep(
            `${name}-install`,
            {
                machine: args.machine,
                script: "backup",
                variables: {
                    BACKUP_KEEP: String(args.backupKeep),
                    BACKUP_PROGRAM_TEXT: installedProgram("openbmp-backup"),
                    BACKUP_UNIT_TEXT: readHostFile("installed/openbmp-aio-ipv6-backup.service"),
                    BACKUP_TIMER_TEXT: timer.replace("@HOUR@", String(args.backupHour).padStart(2, "0")),
                    REAPPLY: args.reapply,
                },
                removable: true,
            },
            { parent: this, dependsOn: opts.dependsOn },
        );
        this.registerOutputs();
    }
}
