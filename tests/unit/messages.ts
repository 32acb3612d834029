import ts from "typescript";

/** What stands for everything that a message says of the moment. */
const PLACEHOLDER = "…";

/**
 * The error messages and warnings in the text of a source file, placeholders normalised. A text of one or two words
 * is the name or the frame of another one. What a `…_drift`, `…_mismatch` or `…_reason` of a host script prints is a
 * part of a longer text, which says what to do.
 *
 * @param path - of the file, from the root of the project
 */
export function messagesIn(path: string, source: string): string[] {
    const messages = path.endsWith(".ts") ? typeScriptMessages(path, source) : shellMessages(source);
    const normalised = messages.map((message) => message.replace(/\s+/g, " ").replace(/…+/g, PLACEHOLDER).trim());
    return [...new Set(normalised.filter((message) => (message.match(/[\p{L}\d][^\s…]*/gu) ?? []).length > 2))];
}

/** How a remedy begins. */
const IMPERATIVES = `add begin build change check choose close configure copy destroy disconnect edit empty export find fix free
    give install leave list lower make move name open push put read remove rename replace restart resume run save set
    start stop take try type upgrade use wait write`;
/** Or a command, or where to get what is missing. */
const COMMANDS = "chown|docker [a-z]|https://|journalctl|scripts/|sudo|sysctl|systemctl";
const remedy = new RegExp(
    `\\b(must be|must have|did you mean) |[:;.] (?:(?:${IMPERATIVES.trim().split(/\s+/).join("|")})\\b|${COMMANDS})`,
    "i",
);

/** Whether a message itself says what to do: what is accepted, an order behind a colon, semicolon or full stop, or a command. */
export function namesRemedy(message: string): boolean {
    return remedy.test(message);
}

/** What a step says of something that went wrong, and goes on. */
const warning = /\b(does not|is not|no longer|could not|still|check .* failed)\b/;

/** Files whose every text of several words is a message. */
const allMessages = /^(components\/settings\/(messages|warnings)|scripts\/programs\/ephemeral\/failure)\.ts$/;

function typeScriptMessages(path: string, source: string): string[] {
    const found: string[] = [];
    const visit = (node: ts.Node) => {
        if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) {
            const text = textOf(node);
            if (allMessages.test(path) ? !ts.isImportDeclaration(node.parent) : isMessage(node, text)) {
                found.push(text);
            }
        }
        ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true));
    return found;
}

function textOf(node: ts.StringLiteralLike | ts.TemplateExpression): string {
    return ts.isTemplateExpression(node)
        ? node.head.text + node.templateSpans.map(({ literal }) => PLACEHOLDER + literal.text).join("")
        : node.text;
}

/** Whether a call or a function around a text is one that says what went wrong. */
function isMessage(node: ts.Node, text: string): boolean {
    if (ts.isSourceFile(node)) {
        return false;
    }
    const name =
        ts.isCallExpression(node) || ts.isNewExpression(node)
            ? node.expression.getText()
            : ts.isFunctionLike(node)
              ? (node.name?.getText() ?? "")
              : "";
    return (
        /(Error|Failure|Warnings|[rR]efusal)$/.test(name) ||
        (name === "say" && warning.test(text)) ||
        isMessage(node.parent, text)
    );
}

/** What the shell or jq puts a value for: `$x`, `${x}`, `$(x)`, `\(x)`. */
const value = /\$\w+|\$[@*#?]|\$\{[^}]*\}|[$\\]\((?:[^()"]|"(?:\\.|[^"\\])*"|\((?:[^()"]|"[^"]*"|\([^()]*\))*\))*\)/
    .source;
const quoted = `"((?:${value}|\\\\.|[^"\\\\])*)"`;

function shellMessages(source: string): string[] {
    // A long text is given as several, which are printed with spaces between.
    const code = source.replace(/^\s*#.*$/gm, "").replace(/" \\\n\s*"/g, " ");
    const texts = (text: string, before = "") =>
        [...text.matchAll(new RegExp(before + quoted, "g"))].map(([, inside = ""]) =>
            inside.replace(new RegExp(value, "g"), PLACEHOLDER).replace(/\\(.)/g, "$1"),
        );
    const printed = code.matchAll(/^\w+_(?:problems?|notices|warning)\(\) \{(.*?)(?:^\}| \})$/gms);
    return [
        ...texts(code, "(?<!\\$)\\b(?:die|unfit) "),
        ...texts(code, "\\bsay ").filter((text) => warning.test(text)),
        ...[...printed].flatMap(([, body = ""]) => texts(body)),
    ];
}
