import { parseSettings } from "../parseSettings";

/** The lines that a configuration is refused with, laid over one that is good. */
export function problemsWith(good: Readonly<Record<string, string>>): (config: Record<string, string>) => string[] {
    return (config) => {
        try {
            parseSettings({ ...good, ...config });
        } catch (error) {
            return (error as Error).message.split("\n").slice(1);
        }
        return [];
    };
}
