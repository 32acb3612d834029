/** @type {import("ts-jest").JestConfigWithTsJest} */
const project = (name, extra = {}) => ({
    displayName: name,
    testEnvironment: "node",
    testMatch: [`<rootDir>/tests/${name}/**/*.test.ts`],
    // `npm run typecheck` checks the types.
    transform: { "^.+\\.ts$": ["ts-jest", { diagnostics: false, tsconfig: { isolatedModules: true } }] },
    ...extra,
});

module.exports = {
    projects: [
        project("unit"),
        project("components", { setupFilesAfterEnv: ["<rootDir>/tests/components/setup.ts"] }),
        project("browser"),
        project("aws-rules"),
        project("e2e"),
        project("matrix"),
    ],
};
