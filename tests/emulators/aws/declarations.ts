/**
 * Which properties a resource type takes and has, read from the vendor's own
 * type declarations in @pulumi/aws, so that the emulator knows no property
 * that the real provider does not.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";

/** What a value may be. */
export type Shape =
    | { readonly kind: "string" | "number" | "boolean" | "any" }
    | { readonly kind: "list" | "map"; readonly of: Shape }
    | { readonly kind: "object"; readonly properties: Readonly<Record<string, Property>> };

export interface Property {
    readonly shape: Shape;
    readonly required: boolean;
}

export type PropertiesOf = Readonly<Record<string, Property>>;

/** A resource type, or a function: what it takes and what it gives. */
export interface Declaration {
    readonly inputs: PropertiesOf;
    readonly outputs: PropertiesOf;
}

/** By token, as `aws:ec2/vpc:Vpc` or `aws:ssm/getParameter:getParameter`; the provider's own is `pulumi:providers:aws`. */
export interface Declarations {
    /** The version of @pulumi/aws. */
    readonly version: string;
    readonly of: Readonly<Record<string, Declaration>>;
}

/** Reads what @pulumi/aws declares of these tokens. */
export function readDeclarations(tokens: readonly string[]): Declarations {
    const manifest = require.resolve("@pulumi/aws/package.json");
    const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
    const reader = new DeclarationReader(dirname(manifest));
    return { version, of: Object.fromEntries(tokens.map((token) => [token, reader.read(token)])) };
}

class DeclarationReader {
    private readonly inputTypes: ts.SourceFile;

    constructor(private readonly directory: string) {
        this.inputTypes = this.parse("types/input.d.ts");
    }

    read(token: string): Declaration {
        const [, path = "", name = ""] =
            token === "pulumi:providers:aws" ? ["", "provider", "Provider"] : token.split(":");
        const file = this.parse(`${path}.d.ts`);
        const isFunction = /^[a-z]/.test(name);
        const type = name.charAt(0).toUpperCase() + name.slice(1);
        return {
            inputs: this.properties(find(file, `${type}Args`)),
            outputs: this.properties(find(file, isFunction ? `${type}Result` : type)),
        };
    }

    private parse(path: string): ts.SourceFile {
        return ts.createSourceFile(path, readFileSync(join(this.directory, path), "utf8"), ts.ScriptTarget.ES2022);
    }

    private properties(declaration: ts.InterfaceDeclaration | ts.ClassDeclaration): PropertiesOf {
        const properties: Record<string, Property> = {};
        for (const member of declaration.members) {
            const isProperty = ts.isPropertySignature(member) || ts.isPropertyDeclaration(member);
            if (isProperty && member.type && ts.isIdentifier(member.name) && !isStatic(member)) {
                properties[member.name.text] = {
                    shape: this.shape(member.type),
                    required: !member.questionToken && !mayBeUndefined(member.type),
                };
            }
        }
        return properties;
    }

    private shape(type: ts.TypeNode): Shape {
        if (ts.isArrayTypeNode(type)) {
            return { kind: "list", of: this.shape(type.elementType) };
        }
        if (ts.isUnionTypeNode(type)) {
            // `string | enums.ec2.Tenancy`, `string | InstanceProfile`, `T | undefined`.
            const shapes = type.types.filter((each) => !isUndefined(each)).map((each) => this.shape(each));
            return shapes.find(({ kind }) => kind !== "any") ?? { kind: "any" };
        }
        if (ts.isTypeLiteralNode(type)) {
            const [member] = type.members;
            return {
                kind: "map",
                of: member && ts.isIndexSignatureDeclaration(member) ? this.shape(member.type) : { kind: "any" },
            };
        }
        if (ts.isTypeReferenceNode(type)) {
            return this.reference(type);
        }
        switch (type.kind) {
            case ts.SyntaxKind.StringKeyword:
                return { kind: "string" };
            case ts.SyntaxKind.NumberKeyword:
                return { kind: "number" };
            case ts.SyntaxKind.BooleanKeyword:
                return { kind: "boolean" };
            default:
                return { kind: "any" };
        }
    }

    private reference({ typeName, typeArguments }: ts.TypeReferenceNode): Shape {
        const path = nameOf(typeName);
        const [argument] = typeArguments ?? [];
        if (["pulumi.Input", "pulumi.Output"].includes(path.join(".")) && argument) {
            return this.shape(argument);
        }
        const [root, ...rest] = path;
        return root === "inputs"
            ? { kind: "object", properties: this.properties(find(this.inputTypes, ...rest)) }
            : { kind: "any" };
    }
}

/** The interface or class of that name, inside the namespaces before it. */
function find(file: ts.SourceFile, ...path: readonly string[]): ts.InterfaceDeclaration | ts.ClassDeclaration {
    const name = path.at(-1);
    let statements: readonly ts.Statement[] = file.statements;
    for (const namespace of path.slice(0, -1)) {
        const found = statements.find(
            (each): each is ts.ModuleDeclaration => ts.isModuleDeclaration(each) && each.name.text === namespace,
        );
        statements = found?.body && ts.isModuleBlock(found.body) ? found.body.statements : [];
    }
    const declaration = statements.find(
        (each): each is ts.InterfaceDeclaration | ts.ClassDeclaration =>
            (ts.isInterfaceDeclaration(each) || ts.isClassDeclaration(each)) && each.name?.text === name,
    );
    if (!declaration) {
        throw new Error(`${file.fileName} of @pulumi/aws declares no ${path.join(".")}`);
    }
    return declaration;
}

function nameOf(name: ts.EntityName): string[] {
    return ts.isIdentifier(name) ? [name.text] : [...nameOf(name.left), name.right.text];
}

function isUndefined(type: ts.TypeNode): boolean {
    return type.kind === ts.SyntaxKind.UndefinedKeyword;
}

/** Whether `T | undefined` is in it, also inside `pulumi.Input<…>`. */
function mayBeUndefined(type: ts.TypeNode): boolean {
    if (ts.isTypeReferenceNode(type)) {
        return type.typeArguments?.some(mayBeUndefined) ?? false;
    }
    return ts.isUnionTypeNode(type) && type.types.some(isUndefined);
}

function isStatic(member: ts.PropertySignature | ts.PropertyDeclaration): boolean {
    return member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) ?? false;
}
