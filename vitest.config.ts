import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Files that need the whole machine: they run when all others are through, one after the other. */
const alone = 'test/**/*.alone.test.ts';

/** For what hangs, not for what is slow: a machine may be busy with other work. */
const limits = { testTimeout: 60_000, hookTimeout: 60_000, expect: { poll: { timeout: 15_000 } } };

/** Most tests wait for sockets, processes and clocks more than they compute. */
const maxWorkers = Math.max(2, availableParallelism());

export default defineConfig({
  test: {
    maxWorkers,
    projects: [
      { test: { name: 'together', include: ['test/**/*.test.ts'], exclude: [alone], ...limits } },
      {
        test: {
          name: 'alone',
          include: [alone],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          ...limits,
        },
      },
    ],
  },
});
