import { collectorsOf } from "../components/settings/load";
import type { Settings } from "../components/settings/schema";

/** The settings of the first collector of a stack with that configuration. */
export function parseSettings(config: Readonly<Record<string, string>>): Settings {
    return collectorsOf(config)[0].settings;
}
