/** What a tool finds and the project leaves as it is. Each must be found, else it has to go. */
export interface Waiver {
    readonly tool: "cfn-lint" | "checkov";
    /** The tool's own name of the rule. */
    readonly rule: string;
    /** The names of the resources that it is waived for, as in the program. */
    readonly resources: RegExp;
    readonly reason: string;
}

export const waivers: readonly Waiver[] = [];
