import { join } from "node:path";

/** The checkout that this program belongs to. */
export const root = join(__dirname, "..", "..", "..");
