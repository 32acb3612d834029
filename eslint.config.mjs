import pulumi from "@pulumi/eslint-plugin";
import jest from "eslint-plugin-jest";
import tseslint from "typescript-eslint";

export default tseslint.config(
    { ignores: ["node_modules/", "dist/", "jest.config.js", "eslint.config.mjs"] },
    ...tseslint.configs.recommendedTypeChecked,
    {
        plugins: { "@pulumi": pulumi },
        languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
        rules: {
            "@typescript-eslint/no-floating-promises": "error",
            "@typescript-eslint/explicit-module-boundary-types": "off",
            "@pulumi/no-output-in-template-literal": "error",
        },
    },
    { files: ["tests/**/*.test.ts"], ...jest.configs["flat/recommended"] },
    {
        files: ["tests/**/*.test.ts"],
        rules: { "jest/expect-expect": ["error", { assertFunctionNames: ["expect", "fc.assert"] }] },
    },
);
