import { failOnUnexpected } from "./unexpected";

// A test that waits for nothing of an unexpected resource fails, too.
afterEach(failOnUnexpected);
afterAll(failOnUnexpected);
