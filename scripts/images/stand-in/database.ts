/** Statements for the image's MariaDB, by its own client. */
import { spawn } from "node:child_process";

export class SqlError extends Error {
    constructor(
        message: string,
        /** Whether nobody was there to ask. */
        readonly unreachable: boolean,
    ) {
        super(message);
    }
}

/** A text as an SQL expression, whatever is in it. */
export function sqlText(text: string): string {
    return text === "" ? "''" : `CONVERT(X'${Buffer.from(text).toString("hex")}' USING utf8mb4)`;
}

export const sqlNumber = (value: number | null) => (value === null ? "NULL" : String(value));

/** Runs statements as the collector's own user, and gives the lines that they print. */
export function runSql(statements: string, password: string): Promise<string[]> {
    return new Promise((resolve, reject) => {
        const client = spawn(
            "mysql",
            ["--user=openbmp", "--batch", "--raw", "--skip-column-names", "--default-character-set=utf8mb4", "openBMP"],
            { env: { ...process.env, MYSQL_PWD: password } },
        );
        let output = "";
        let complaint = "";
        client.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
        client.stderr.setEncoding("utf8").on("data", (text: string) => (complaint += text));
        client.on("error", reject);
        client.on("close", (code) => {
            if (code === 0) {
                resolve(output.split("\n").slice(0, -1));
            } else {
                reject(new SqlError(complaint.trim(), /ERROR (2002|2003|2006|2013|1053)/.test(complaint)));
            }
        });
        client.stdin.on("error", () => undefined);
        client.stdin.end(statements);
    });
}
