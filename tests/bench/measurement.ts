/** A figure with its spread. */
export interface Sample {
    readonly median: number;
    /** Distance between the first and the third quartile. */
    readonly interquartileRange: number;
    readonly min: number;
    readonly max: number;
    /** How many values. */
    readonly n: number;
    readonly values: readonly number[];
}

/** One line of the report. */
export interface Measurement {
    readonly name: string;
    /** What the figures count: s, ms, Gbit/s, connections/s, connections. */
    readonly unit: string;
    readonly ours: Sample;
    /** What it is compared with, measured in turns with it. */
    readonly beside?: Sample & { readonly name: string };
    /** The median of ours divided by that of the other. */
    readonly ratio?: number;
    /** What must hold, in words; without it the figure is only reported. */
    readonly mustBe?: string;
    readonly held?: boolean;
    readonly note?: string;
}

/** The figure that some values give; an error when there are none. */
export async function sampleOf(values: readonly number[]): Promise<Sample> {
    // Its types are those of an ES module only.
    const { interquartileRange, max, median, min } = await import("simple-statistics");
    const list = [...values];
    return {
        median: median(list),
        interquartileRange: interquartileRange(list),
        min: min(list),
        max: max(list),
        n: list.length,
        values: list,
    };
}

/** Compares two samples; with a limit, the ratio of the medians must not be above it. */
export async function compare(
    name: string,
    unit: string,
    ours: readonly number[],
    beside: { readonly name: string; readonly values: readonly number[] },
    limit?: number,
): Promise<Measurement> {
    const [a, b] = [await sampleOf(ours), await sampleOf(beside.values)];
    const ratio = a.median / b.median;
    return {
        ...{ name, unit, ours: a, beside: { name: beside.name, ...b }, ratio },
        ...(limit === undefined ? {} : { mustBe: `ratio at most ${limit}`, held: ratio <= limit }),
    };
}
