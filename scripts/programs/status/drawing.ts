import { type Html, html } from "./html";
import type { Status } from "./status";
import { type Inside, insideOf, type Line, type Station, type Way, waysOf } from "./ways";

// Units: pixels on a screen of 360. Each way has a lane, and boxes in rows that begin at these y.
const LANE = 87;
const BOX = 82;
const LINE = 15;
const PADDING = 8;
const ROWS = { from: 1, port: 44, datapath: 117, frame: 175, edges: 189, middle: 272, consumers: 334, end: 402 };
/** Where in the container a lane ends. */
const ENDS = [ROWS.edges, ROWS.middle, ROWS.middle, ROWS.edges] as const;
const WIDTH = LANE * ENDS.length;

/** The way of the packets, and what becomes of them, as SVG without anything from outside. */
export function drawing(status: Status): Html {
    const [ways, inside] = [waysOf(status), insideOf(status)];
    const words = [...ways.map((way) => way.words), inside.words].join(" ");
    return html`<svg
        viewBox="-3 0 ${WIDTH + 6} ${ROWS.end + 1}"
        role="img"
        aria-labelledby="drawing-title drawing-text"
    >
        <title id="drawing-title">The way of IPv6 packets, from who sends them into the container</title>
        <desc id="drawing-text">${words}</desc>
        <defs>
            <marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">
                <path class="head" d="M0,0L8,4L0,8Z" />
            </marker>
        </defs>
        ${frame(status)} ${ways.map(lane)} ${stations(inside)}
    </svg>`;
}

const middleOf = (lane: number) => LANE * (lane + 0.5);
const heightOf = ({ lines }: Station) => lines.length * LINE + PADDING;

/** A box is as high as its lines. */
function box(middle: number, y: number, station: Station, width = BOX): Html {
    return html`<g class="${station.line}">
        <rect x="${middle - width / 2}" y="${y}" width="${width}" height="${heightOf(station)}" rx="4" />
        ${station.lines.map((line, index) => label(middle, y + LINE * (index + 1), line))}
    </g>`;
}

function label(x: number, y: number, text: string): Html {
    return html`<text x="${x}" y="${y}">${text}</text>`;
}

/** An arrow, or a dashed line where nothing passes. */
function arrow(path: string, line: Line): Html {
    return line === "solid"
        ? html`<path class="solid" d="${path}" marker-end="url(#head)" />`
        : html`<path class="${line}" d="${path}" />`;
}

function frame({ container }: Status): Html {
    const state = container ? `container ${container.running ? "runs" : "× does not run"}` : "× no container";
    return html`<g class="${container?.running ? "solid" : "closed"}">
        <rect x="-2" y="${ROWS.frame}" width="${WIDTH + 4}" height="${ROWS.end - ROWS.frame}" rx="6" />
        ${label(WIDTH / 2, ROWS.end - 25, state)}
        ${label(WIDTH / 2, ROWS.end - 10, container?.ipv6Address || "no IPv6 address")}
    </g>`;
}

function lane({ from, port, datapath }: Way, index: number): Html[] {
    const x = middleOf(index);
    const down = (y: number, station: Station, to: number, line: Line) =>
        arrow(`M${x},${y + heightOf(station)}V${to}`, line);
    return [
        ...(from ? [box(x, ROWS.from, from), down(ROWS.from, from, ROWS.port, "solid")] : []),
        box(x, ROWS.port, port),
        ...(datapath ? [down(ROWS.port, port, ROWS.datapath, datapath.line), box(x, ROWS.datapath, datapath)] : []),
        ...(datapath?.line === "solid" ? [down(ROWS.datapath, datapath, ENDS[index] ?? ROWS.edges, "solid")] : []),
    ];
}

function stations({ collector, kafka, consumers, database, rest }: Inside): Html[] {
    const [left, second, third, right] = [middleOf(0), middleOf(1), middleOf(2), middleOf(3)];
    const side = ROWS.middle + heightOf(kafka) / 2;
    return [
        box(left, ROWS.edges, collector),
        arrow(`M${left},${ROWS.edges + heightOf(collector)}V${side}H${second - BOX / 2}`, kafka.line),
        box(second, ROWS.middle, kafka),
        arrow(`M${second},${ROWS.middle + heightOf(kafka)}V${ROWS.consumers}`, consumers.line),
        box((second + third) / 2, ROWS.consumers, consumers, LANE + BOX),
        arrow(`M${third},${ROWS.consumers}V${ROWS.middle + heightOf(database)}`, consumers.line),
        box(third, ROWS.middle, database),
        arrow(`M${third + BOX / 2},${side}H${right}V${ROWS.edges + heightOf(rest)}`, rest.line),
        box(right, ROWS.edges, rest),
    ];
}
