import { expect, test } from 'vitest';
import { mcpb } from '../support/cli.ts';
import { stubbornServer } from '../support/commands.ts';
import { scratch } from '../support/scratch.ts';

/** A load on commands that do not end by themselves, interrupted so often in its second second. */
async function interrupted(times: number) {
  const server = stubbornServer();
  let live = false;
  const args = ['load', '-t', server.target, '-u', '2', '-d', '60s', '--warmup', '0s', 'ping'];
  const { code } = await mcpb(args, {
    cwd: scratch(),
    onStderr: (line, kill) => {
      if (live || !/\b\d+s\/1m/.test(line)) return;
      live = true;
      for (let i = 0; i < times; i++) setTimeout(() => kill('SIGINT'), 400 * i);
    },
  });
  return { code, server };
}

test.each([1, 2])('no command outlives a load that was interrupted %i times', async (times) => {
  const { code, server } = await interrupted(times);
  expect(code).toBe(105);
  expect(server.pids(), 'leaders and children of the survey and of two users').toHaveLength(6);
  await expect.poll(server.living).toEqual([]);
});
