// The whole suite, or the files whose path contains an argument. The last line is always `N passed, N failed`.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startVitest, type TestModule } from 'vitest/node';

const scratch = mkdtempSync(join(tmpdir(), 'mcpb-test-'));
const skipped = join(scratch, 'skipped');
process.env.MCPB_TEST_SKIPPED = skipped;
const repeated = join(scratch, 'repeated');
process.env.MCPB_TEST_REPEATED = repeated;

const vitest = await startVitest(process.argv.slice(2), { watch: false });
const { passed, failed } = tally(vitest.state.getTestModules());
const disturbed = vitest.state.getUnhandledErrors().length;
await vitest.close();

const parts = lines(skipped);
const spoilt = lines(repeated).length;
rmSync(scratch, { recursive: true });
const skipFails = parts.length > 0 && process.env.CI === 'true';
for (const part of parts) process.stdout.write(`${skipFails ? 'failed because skipped' : 'skipped'}: ${part}\n`);
if (spoilt > 0) process.stdout.write(`repeated: ${spoilt} ${spoilt === 1 ? 'run' : 'runs'} the machine spoilt\n`);

const failures = failed + disturbed + (skipFails ? parts.length : 0);
process.stdout.write(`${passed} passed, ${failures} failed\n`);
process.exit(failures > 0 || passed === 0 ? 1 : 0);

/** A file that could not be run counts as one failure. */
function tally(modules: readonly TestModule[]): { passed: number; failed: number } {
  const states = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state));
  const broken = modules.filter((module) => module.errors().length > 0);
  return {
    passed: states.filter((state) => state === 'passed').length,
    failed: states.filter((state) => state === 'failed').length + broken.length,
  };
}

function lines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}
