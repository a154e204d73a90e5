import { expect, it } from 'vitest';
import { run, startServer, whileRunning } from '../../../bench/support/processes.ts';

const node = (script: string) => [process.execPath, '-e', script];

it('gives what a program printed', async () => {
  expect(await run(node('console.log(1 + 1)'))).toBe('2\n');
});

it('shows why a program failed', async () => {
  await expect(run(node('console.error("no luck"); process.exit(3)'))).rejects.toThrow(/ended with 3: no luck/);
  await expect(run(['/nowhere/program'])).rejects.toThrow('ENOENT');
});

it('waits for the whole document of a server, in however many pieces it comes', async () => {
  const script =
    'process.stdout.write("{\\n", () => setImmediate(console.log, `"port": 5}`)); setInterval(() => {}, 1e3)';
  const server = await startServer(node(script));
  const ready = await whileRunning(server, async ({ ready }) => ready);
  expect(ready).toEqual({ port: 5 });
  expect((await server.ended).code).toBe(null);
});

it('shows why a server did not become ready', async () => {
  await expect(startServer(node('console.error("port taken"); process.exit(3)'))).rejects.toThrow(
    /ended with 3 before it was ready: port taken/,
  );
});

it('stops the process when its user fails', async () => {
  const server = await startServer(node('console.log(1); setInterval(() => {}, 1e3)'));
  await expect(whileRunning(server, () => Promise.reject(new Error('user')))).rejects.toThrow('user');
  expect(() => process.kill(server.pid, 0)).toThrow('ESRCH');
});
