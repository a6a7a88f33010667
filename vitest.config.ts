import { defineConfig } from "vitest/config"

/**
 * Everything runs in Node, the browser tests too: they drive a real Chromium. Choose by path, `test packages/core`.
 * Two workers, because several suites start servers and databases of their own. A test's time only ends what hangs: the
 * machines are shared, and a test that is slow today has not failed.
 */
export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.test.ts", "tests/**/*.test.ts"],
    environment: "node",
    testTimeout: 240_000,
    hookTimeout: 240_000,
    maxWorkers: 2
  }
})
