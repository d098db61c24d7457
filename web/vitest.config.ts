import { defineConfig } from 'vitest/config';

/** Everything but `unit` drives Chromium against `dist`, so needs `npm run build` first. */
const browser = {
  environment: 'node',
  fileParallelism: false,
  testTimeout: 120_000,
  hookTimeout: 60_000,
};

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['src/**/*.test.ts'], environment: 'node' } },
      { test: { name: 'e2e', include: ['e2e/**/*.test.ts'], ...browser } },
      { test: { name: 'bench', include: ['e2e/load.bench.ts'], ...browser } },
      { test: { name: 'screenshot', include: ['e2e/screenshot.ts'], ...browser } },
    ],
  },
});
