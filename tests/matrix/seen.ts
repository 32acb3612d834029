import { appendFileSync } from "node:fs";

/** A line of the file that MATRIX_FIGURES names: what a test measured, besides that its promise held. */
export interface Figure {
    readonly test: string;
    readonly text: string;
}

/** What the present test saw, for docs/tested.md. */
export function seen(text: string): void {
    const file = process.env.MATRIX_FIGURES;
    const figure: Figure = { test: expect.getState().currentTestName ?? "", text };
    if (file) {
        appendFileSync(file, `${JSON.stringify(figure)}\n`);
    }
}
