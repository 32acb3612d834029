import * as z from "zod/mini";

const login = {
    host: z.string(),
    port: z._default(z.int(), 22),
    user: z._default(z.string(), "root"),
    hostKey: z.string(),
    privateKey: z.string(),
    privateKeyPassword: z.optional(z.string()),
    dialErrorLimit: z._default(z.int(), 10),
    perDialTimeout: z._default(z.int(), 15),
};

/** The connection of a `command:remote:Command`, with the plugin's defaults; always with a pinned host key. */
export const connection = z.strictObject({ ...login, proxy: z.optional(z.strictObject(login)) });

export type Connection = z.output<typeof connection>;

/** One hop: a machine and how to log in to it. */
export type Login = Omit<Connection, "proxy">;
