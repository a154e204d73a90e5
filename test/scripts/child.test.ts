import { expect, test } from 'vitest';
import { run } from '../../scripts/child.mjs';

const node = (code: string, output?: (chunk: Buffer) => void): Promise<number> =>
  run(process.execPath, ['-e', code], { output: output ?? (() => {}) });

test('resolves to the exit code', async () => {
  expect(await node('process.exit(0)')).toBe(0);
  expect(await node('process.exit(99)')).toBe(99);
});

test('a program that is killed failed', async () => {
  expect(await node('process.kill(process.pid, "SIGKILL")')).toBe(1);
});

test('a signal goes on to the program, which ends as interrupted', async () => {
  const code = await node(
    'process.on("SIGTERM", () => process.exit(7)); setInterval(() => {}, 1000); console.log("up")',
    () => process.emit('SIGTERM', 'SIGTERM'),
  );
  expect(code).toBe(105);
});

test('a program may finish its work in spite of a signal', async () => {
  const code = await node(
    'process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 1000); console.log("up")',
    () => process.emit('SIGTERM', 'SIGTERM'),
  );
  expect(code).toBe(0);
});

test('gives its output away', async () => {
  let text = '';
  await node('console.log("out"); console.error("err")', (chunk) => {
    text += chunk;
  });
  expect(text.split('\n').sort()).toEqual(['', 'err', 'out']);
});

test('rejects when there is no such program', async () => {
  await expect(run('/nosuch/program', [])).rejects.toThrow('ENOENT');
});
