import { defineConfig } from "vitest/config"

/**
 * Everything runs in Node, the browser tests too: they drive a real Chromium. Choose by path, `test packages/core`.
 * Two workers, because several suites start servers and databases of their own.
 */
export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.test.ts", "tests/**/*.test.ts"],
    environment: "node",
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2
  }
})
