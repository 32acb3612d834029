import pulumi from "@pulumi/eslint-plugin";
import jest from "eslint-plugin-jest";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

/** The rooms of components/, from the ground up: each imports from itself and from lower floors alone. */
const floors = [
    ["values"],
    ["remote", "openbmpd", "policy"],
    ["settings"],
    ["steps"],
    ["aws"],
    ["host"],
    ["collector"],
];

const importsOf = (room, floor) => ({
    files: [`components/${room}/*.ts`],
    rules: {
        "no-restricted-imports": [
            "error",
            {
                patterns: [
                    {
                        regex: `^\\.\\./(${floors
                            .slice(floor)
                            .flat()
                            .filter((other) => other !== room)
                            .concat("\\.\\.")
                            .join("|")})/`,
                        message: `components/${room} is below it or beside it: see the rooms in CONTRIBUTING.md.`,
                    },
                ],
            },
        ],
    },
});

export default defineConfig(
    { ignores: ["dist/", "build/", "node_modules/"] },
    { linterOptions: { reportUnusedDisableDirectives: "error" } },
    {
        files: ["**/*.ts"],
        extends: [tseslint.configs.strictTypeChecked],
        plugins: { "@pulumi": pulumi },
        languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
        rules: {
            "@pulumi/no-output-in-template-literal": "error",
            "@pulumi/no-output-instance-in-template-literal": "error",
            "@typescript-eslint/no-floating-promises": "error",
            "@typescript-eslint/consistent-type-imports": "error",
            // A property that is taken out of an object is named to leave it behind.
            "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
            // Numbers are what ports and lengths are made of.
            "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
        },
    },
    {
        files: ["examples/**/*.ts"],
        // Their own configurations find the package where it is installed, the project's its sources.
        languageOptions: {
            parserOptions: { projectService: false, project: "tsconfig.json", tsconfigRootDir: import.meta.dirname },
        },
    },
    floors.flatMap((rooms, floor) => rooms.map((room) => importsOf(room, floor))),
    {
        files: ["tests/**/*.test.ts"],
        extends: [jest.configs["flat/recommended"]],
        rules: {
            // A function of the file whose name begins so is an assertion over several calls.
            "jest/expect-expect": ["error", { assertFunctionNames: ["expect", "expect*"] }],
            // What beforeAll sets is not there in afterAll when beforeAll failed: `sandbox?.down()`.
            "@typescript-eslint/no-unnecessary-condition": "off",
        },
    },
);
