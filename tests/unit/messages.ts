import ts from "typescript";

/** What stands for everything that a message says of the moment. */
const PLACEHOLDER = "…";

/**
 * The error messages in the text of a source file, placeholders normalised.
 *
 * @param path - of the file, from the root of the project
 */
export function messagesIn(path: string, source: string): string[] {
    const messages = path.endsWith(".ts") ? typeScriptMessages(path, source) : shellMessages(source);
    return [...new Set(messages.map(normalised).filter((message) => /^[^,].*\p{L}{2}/u.test(message)))];
}

function normalised(message: string): string {
    return message.replace(/\s+/g, " ").replace(/…+/g, PLACEHOLDER).trim();
}

/** Files whose every text of several words is a message, or the end of "KEY must be …". */
const allMessages =
    /^(components\/settings\/(schema|load|fields|crossChecks|messages|warnings)|scripts\/programs\/ephemeral\/failure)\.ts$/;
const completed = /^components\/settings\/(schema|fields|crossChecks)\.ts$/;

function typeScriptMessages(path: string, source: string): string[] {
    const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
    const found: string[] = [];
    const isSettings = completed.test(path);
    const visit = (node: ts.Node) => {
        if (allMessages.test(path) && isText(node)) {
            const text = textOf(node);
            if (text.trim().includes(" ") && !isComparedWith(node)) {
                found.push(isSettings && !text.startsWith("The ") ? `${PLACEHOLDER} must be ${text}` : text);
            }
            return;
        }
        if (/^components\//.test(path) && isText(node) && textOf(node).includes(" must be ")) {
            found.push(textOf(node));
        }
        for (const argument of messageArguments(node)) {
            found.push(...textsIn(argument));
        }
        if (ts.isCallExpression(node) && node.expression.getText() === "must") {
            found.push(
                ...node.arguments
                    .slice(3)
                    .flatMap(textsIn)
                    .map((text) => `${PLACEHOLDER} must be ${text}`),
            );
        }
        ts.forEachChild(node, visit);
    };
    visit(file);
    return found;
}

/** What a step says of something that went wrong, and goes on. */
const warning = /\b(does not|is not|no longer|could not|with errors|still|check .* failed)\b/;

/** The arguments in which a call says what went wrong. */
function messageArguments(node: ts.Node): readonly ts.Node[] {
    if (ts.isNewExpression(node) && /(Error|Failure)$/.test(node.expression.getText())) {
        return node.arguments?.slice(0, 1) ?? [];
    }
    if (ts.isReturnStatement(node)) {
        let at: ts.Node = node;
        while (!ts.isFunctionLike(at)) {
            at = at.parent;
        }
        return /(Error|Failure|Warnings)$/.test(at.name?.getText() ?? "") && node.expression ? [node.expression] : [];
    }
    if (ts.isCallExpression(node) && node.expression.getText() === "say") {
        return node.arguments.filter((argument) => warning.test(argument.getText()));
    }
    return ts.isCallExpression(node) && /\.refusal$/.test(node.expression.getText()) ? node.arguments.slice(1) : [];
}

/** Whether the text is looked for in another one, or imported. */
function isComparedWith({ parent }: ts.Node): boolean {
    const called = ts.isCallExpression(parent) ? parent.expression.getText() : "";
    return ts.isImportDeclaration(parent) || /\.(includes|startsWith|endsWith|split)$/.test(called);
}

type Text = ts.StringLiteral | ts.NoSubstitutionTemplateLiteral | ts.TemplateExpression;

function isText(node: ts.Node): node is Text {
    return ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node) || ts.isTemplateExpression(node);
}

function textOf(node: Text): string {
    return ts.isTemplateExpression(node)
        ? node.head.text + node.templateSpans.map(({ literal }) => PLACEHOLDER + literal.text).join("")
        : node.text;
}

function textsIn(node: ts.Node): string[] {
    if (isText(node)) {
        return [textOf(node)];
    }
    const texts: string[] = [];
    ts.forEachChild(node, (child) => {
        // What a condition compares with is no message.
        if (!(ts.isConditionalExpression(node) && child === node.condition)) {
            texts.push(...textsIn(child));
        }
    });
    return texts;
}

/** Functions that print messages, one a line. */
const printing = /_(problems?|mismatches|reason|drift|notices|warning)$|^(broken_link|changed_daemon_keys)$/;

function shellMessages(source: string): string[] {
    const code = source.replace(/^\s*#.*$/gm, "");
    const called = [...code.matchAll(/(?:(?<!\$)\b(?:die|unfit|drift) |\bRESTART_FAILURE=)(?=")/g)].map(
        ({ index, 0: before }) => quoted(code, index + before.length),
    );
    const printed = [...code.matchAll(/^(\w+)\(\) \{(.*?)(?:^\}| \})$/gms)]
        .filter(([, name = ""]) => printing.test(name))
        .flatMap(([, , body = ""]) => allQuoted(body));
    const said = [...code.matchAll(/\bsay (?=")/g)].map(({ index, 0: before }) => quoted(code, index + before.length));
    return [
        ...called,
        ...said.filter((text) => warning.test(text)),
        ...printed.filter((text) => text.replaceAll(PLACEHOLDER, "").trim().split(" ").length > 2),
    ];
}

/** Every text in double quotes, of the shell's or in a program of jq's. */
function allQuoted(code: string): string[] {
    const texts: string[] = [];
    for (let at = code.indexOf('"'); at >= 0; at = code.indexOf('"', at)) {
        // A second text of the same command says how to mend it.
        if (code.slice(at - 2, at) !== '" ') {
            texts.push(quoted(code, at));
        }
        at = endOfQuoted(code, at);
    }
    return texts;
}

function quoted(code: string, start: number): string {
    const inside = code.slice(start + 1, endOfQuoted(code, start) - 1);
    let text = "";
    for (let at = 0; at < inside.length; at += 1) {
        const end = endOfPlaceholder(inside, at);
        if (end > at) {
            text += PLACEHOLDER;
            at = end - 1;
        } else if (inside[at] !== "\\") {
            text += inside[at] ?? "";
        }
    }
    return text;
}

/** After the closing quote. */
function endOfQuoted(code: string, start: number): number {
    let at = start + 1;
    while (at < code.length && code[at] !== '"') {
        const end = endOfPlaceholder(code, at);
        at = end > at ? end : at + (code[at] === "\\" ? 2 : 1);
    }
    return at + 1;
}

/** After what the shell or jq puts a value for; the start where there is no such thing. */
function endOfPlaceholder(code: string, start: number): number {
    const name = /^\$(\w+|[@*#?])/.exec(code.slice(start, start + 60));
    if (name) {
        return start + name[0].length;
    }
    const opening = /^(\$\{|\$\(|\\\()/.exec(code.slice(start, start + 2))?.[0].at(-1);
    if (opening === undefined) {
        return start;
    }
    const closing = opening === "{" ? "}" : ")";
    let depth = 1;
    let at = start + 2;
    while (at < code.length && depth > 0) {
        depth += code[at] === opening ? 1 : code[at] === closing ? -1 : 0;
        at += 1;
    }
    return at;
}
