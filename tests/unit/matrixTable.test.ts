import { type Result, tables } from "../matrix/table";

const result = (story: string, title: string, status = "passed"): Result => ({
    ancestorTitles: [story],
    title,
    fullName: `${story} ${title}`,
    status,
});

test("a story that runs on several engines has a column for each, another one has that of the usual engine", () => {
    const results = [
        result("a | story", "holds"),
        result("life, on an engine 29", "begins"),
        result("life, on an engine 20.10", "begins", "failed"),
        result("life, on an engine 29", "ends", "pending"),
    ];
    const figures = [{ test: "life, on an engine 29 begins", text: "3 routers" }];
    expect(tables(results, figures)).toBe(`## Life

| what is promised | Docker 20.10 | Docker 29 |
| --- | --- | --- |
| begins | **failed** | so it was; 3 routers |
| ends | not tried | skipped |

## A | story

| what is promised | Docker 26.1 |
| --- | --- |
| holds | so it was |
`);
});
