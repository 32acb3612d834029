import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cell, shortened } from "../../../components/values/printable";
import { drawing } from "./drawing";
import { type Html, html, markupOf, trusted } from "./html";
import type { Status } from "./status";
import { facts, fixCommands, LINE_CHARACTERS, remarks, terminationOf, utc, withoutRouters } from "./words";

const style = readFileSync(join(__dirname, "page.css"), "utf8");
/** No script runs in it, nothing is loaded, and its style sheet is the one that was written with it. */
const policy = [
    "default-src 'none'",
    `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
    "base-uri 'none'",
    "form-action 'none'",
].join("; ");

/**
 * The status as one page to look at, without scripts and without anything that a browser would have to fetch.
 *
 * @param statuses those of all collectors that were asked
 * @param asked when the hosts were asked
 */
export function page(statuses: readonly Status[], asked: Date): string {
    const differing = statuses.find(({ differences }) => differences.length > 0) ?? statuses[0];
    return markupOf(
        html`<!doctype html>
            <html lang="en">
                <head>
                    <meta charset="utf-8" />
                    <meta http-equiv="Content-Security-Policy" content="${policy}" />
                    <meta name="viewport" content="width=device-width, initial-scale=1" />
                    <meta name="referrer" content="no-referrer" />
                    <title>${differing ? `${cell(differing.owner)}: ${asDeployed(differing)}` : ""}</title>
                    ${trusted(`<style>${style}</style>`)}
                </head>
                <body>
                    <main>${statuses.map((status) => collector(status, asked))}</main>
                </body>
            </html> `,
    );
}

function collector(status: Status, asked: Date): Html {
    return html`<h1>${text(status.owner)}</h1>
        ${state(status, asked)} ${section("Datapath over IPv6", datapath(status))}
        ${section("Routers", routers(status))} ${outside(status)} ${section("Host", host(status))}
        ${section("Units", units(status))} ${section("Rules", rules(status))}`;
}

const text = (whole: string) => shortened(whole, LINE_CHARACTERS);

function section(name: string, content: Html): Html {
    return html`<section>
        <h2>${name}</h2>
        ${content}
    </section>`;
}

/** A table in a box of its own, which can be moved by the keyboard, too. */
function table(name: string, head: readonly string[], rows: readonly (readonly (string | Html)[])[]): Html {
    return html`<div class="wide" role="region" aria-label="${name}" tabindex="0">
        <table>
            <thead>
                <tr>
                    ${head.map((each) => html`<th scope="col">${each}</th>`)}
                </tr>
            </thead>
            <tbody>
                ${rows.map(
                    (row) =>
                        html`<tr>
                            ${row.map((each) => html`<td>${each}</td>`)}
                        </tr>`,
                )}
            </tbody>
        </table>
    </div>`;
}

/** A word that has a colour besides, with a sign for who does not see it. */
function verdict(good: boolean, words: string): Html {
    return html`<span class="${good ? "good" : "bad"}">${good ? "✓" : "×"} ${words}</span>`;
}

function asDeployed({ differences }: Status): string {
    return differences.length === 0 ? "as deployed" : "not as deployed";
}

function state(status: Status, asked: Date): Html {
    const { differences } = status;
    return html`<p class="state">${verdict(differences.length === 0, asDeployed(status))}</p>
        <p class="quiet">The host was asked at <time datetime="${asked.toISOString()}">${utc(asked)}</time>.</p>
        ${differences.length === 0 ? "" : section("What differs", whatDiffers(status))}`;
}

function whatDiffers(status: Status): Html {
    return html`<ul>
            ${status.differences.map(
                ({ what, cure }) => html`<li>${text(what)}${cure ? html` <strong>(${text(cure)})</strong>` : ""}</li>`,
            )}
        </ul>
        <p>To fix it:</p>
        ${fixCommands(status).map((command) => html`<code>${command}</code>`)}`;
}

function datapath(status: Status): Html {
    const rows = status.ports.map(({ name, port, datapath: way, why }) => [
        `${name} ${port}`,
        way === "closed" ? verdict(false, way) : way,
        text(why),
    ]);
    // The drawing has the parts of AIO.
    return html`${status.brokers ? "" : drawing(status)} ${table("Ports", ["port", "datapath", "why"], rows)}`;
}

function routers(status: Status): Html {
    const none = withoutRouters(status);
    if (none !== undefined) {
        return html`<p>${none}</p>`;
    }
    const rows = (status.routers ?? []).map((router) => [
        cell(router.name),
        cell(router.address),
        verdict(router.mark === null, router.mark === null ? "its own" : `(!) ${cell(router.mark)}`),
        verdict(router.connected, router.connected ? "connected" : "gone"),
        cell(router.since ?? ""),
        terminationOf(router),
    ]);
    const head = ["router", "address", "whose address", "session", "since", "last termination"];
    return html`${table("Routers", head, rows)} ${remarks(status).map((each) => html`<p>${text(each)}</p>`)}`;
}

/** What is missing in a list, or somebody who knocks. */
function outside({ outside: found }: Status): Html | string {
    const rows = (found ?? []).map(({ address, port, packets }) => [cell(address), String(port), String(packets)]);
    const head = ["address", "port", "packets dropped within a day"];
    return rows.length === 0 ? "" : section("Outside the lists", table("Outside the lists", head, rows));
}

function host(status: Status): Html {
    return html`<dl>
        ${facts(status).map(
            ([label, value]) =>
                html`<dt>${label}</dt>
                    <dd>${text(value)}</dd>`,
        )}
    </dl>`;
}

function units(status: Status): Html {
    const rows = status.units.map(({ name, enabled, active }) => [cell(name), cell(enabled), cell(active)]);
    return table("Units", ["unit", "at boot", "now"], rows);
}

function rules(status: Status): Html {
    const rows = status.rules.map(({ command, table: name, rule, packets, bytes }) => [
        String(packets),
        String(bytes),
        text(`${command} -t ${name} ${rule}`),
    ]);
    return table("Rules", ["packets", "bytes", "rule"], rows);
}
