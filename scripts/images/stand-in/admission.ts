/** With so many sessions openbmpd takes nobody besides: one more than its MAX_THREADS. */
export const MOST_SESSIONS = 201;

/**
 * Lets in only so many new routers at a time, and only so many in all. Whoever
 * is let in holds a place of the new ones until it is given back or its time is
 * up; the others wait, connected.
 */
export class Admission {
    private readonly waiting: (() => void)[] = [];
    private taken = 0;
    private inside = 0;

    /** @param places - 0: as many as there may be in all */
    constructor(
        private readonly places: number,
        private readonly holdMs: number,
        private readonly most: number,
    ) {}

    /** Calls back when there is a place, with the function that gives it back. */
    enter(serve: (giveBack: () => void) => void): void {
        this.waiting.push(() => {
            this.taken += 1;
            this.inside += 1;
            let held = true;
            const giveBack = () => {
                clearTimeout(timer);
                if (held) {
                    held = false;
                    this.taken -= 1;
                    this.letIn();
                }
            };
            const timer = setTimeout(giveBack, this.holdMs);
            serve(giveBack);
        });
        this.letIn();
    }

    /** Somebody who was let in is gone. */
    leave(): void {
        this.inside -= 1;
        this.letIn();
    }

    private letIn(): void {
        if (this.inside < this.most && (this.places === 0 || this.taken < this.places)) {
            this.waiting.shift()?.();
        }
    }
}
