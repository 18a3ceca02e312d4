// Test projects: `unit` (fast, no outside data), `trust` (relations, injected bugs, parser fuzz), `real` (real MNIST and processes), `e2e` (a real browser against a real core).
import { defineConfig } from 'vitest/config'

const common = { environment: 'node' as const, pool: 'forks' as const, testTimeout: 60_000, hookTimeout: 60_000 }

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...common,
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/real/**', 'test/trust/**'],
        },
      },
      { test: { ...common, name: 'trust', include: ['test/trust/**/*.test.ts'], testTimeout: 180_000 } },
      { test: { ...common, name: 'real', include: ['test/real/**/*.test.ts'], testTimeout: 600_000 } },
      {
        test: {
          ...common,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
