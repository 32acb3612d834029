import { z } from "zod";

/** A text of a form of its own; what is expected completes "… must be …". */
export const text = (expected: string, accepts: (value: string) => boolean) =>
    z.string(expected).refine(accepts, { error: expected });
