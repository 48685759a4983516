import { defineConfig } from 'vitest/config'

/** The second suite: real agents, which take hundreds of megabytes each (see package.json in this folder). */
export default defineConfig({
  test: {
    include: ['test/agents/*.test.ts'],
    testTimeout: 150_000,
    hookTimeout: 90_000,
    fileParallelism: false,
    maxConcurrency: 2,
    silent: 'passed-only',
  },
})
