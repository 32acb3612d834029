/**
 * Lets in only so many new routers at a time. Whoever is let in holds a place
 * until it is given back or its time is up; the others wait, connected.
 */
export class Admission {
    private readonly waiting: (() => void)[] = [];
    private taken = 0;

    /** @param places - 0: no limit */
    constructor(
        private readonly places: number,
        private readonly holdMs: number,
    ) {}

    /** Calls back when there is a place, with the function that gives it back. */
    enter(serve: (giveBack: () => void) => void): void {
        const start = () => {
            this.taken += 1;
            let held = true;
            const giveBack = () => {
                clearTimeout(timer);
                if (held) {
                    held = false;
                    this.taken -= 1;
                    this.waiting.shift()?.();
                }
            };
            const timer = setTimeout(giveBack, this.holdMs);
            serve(giveBack);
        };
        if (this.places === 0 || this.taken < this.places) {
            start();
        } else {
            this.waiting.push(start);
        }
    }
}
