import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { mcpb } from '../support/cli.ts';
import { scratch } from '../support/scratch.ts';
import { reply, type ServerOptions } from '../support/servers/server.ts';
import { startWebSocketServer } from '../support/servers/websocket.ts';

async function serve(options: ServerOptions) {
  const server = await startWebSocketServer(options);
  onTestFinished(() => server.close());
  return server;
}

const silent = ['-u', '3', '-d', '60s', '--warmup', '0s'];

test('one Ctrl-C against a server that has stopped answering keeps the result', async () => {
  const server = await serve({ answer: () => undefined });
  const cwd = scratch();
  const { code, stderr } = await mcpb(['load', '-t', server.url, ...silent], {
    cwd,
    onStderr: (line, kill) => {
      if (/\b1s\/1m/.test(line)) kill('SIGINT');
    },
  });
  expect(code).toBe(105);
  expect(stderr).not.toContain('Error');
  const [name] = readdirSync(join(cwd, '.mcpb/results'));
  const { verdict, metrics } = JSON.parse(readFileSync(join(cwd, '.mcpb/results', name), 'utf8'));
  expect(verdict).toBe('interrupted');
  expect(metrics.requests).toMatchObject({ planned: 3, unanswered: 3 });
});

test('a second Ctrl-C stops at once, without a result', async () => {
  const server = await serve({ answer: () => undefined });
  const cwd = scratch();
  let stopped = 0;
  const { code, stdout, stderr } = await mcpb(['load', '-t', server.url, ...silent], {
    cwd,
    onStderr: (line, kill) => {
      if (stopped > 0 || !/\b1s\/1m/.test(line)) return;
      kill('SIGINT');
      setTimeout(() => {
        stopped = performance.now();
        kill('SIGINT');
      }, 500);
      stopped = 1;
    },
  });
  expect(code).toBe(105);
  expect(performance.now() - stopped, 'the grace is five seconds').toBeLessThan(3000);
  expect(stderr).toContain('MCPB_E_INTERRUPTED');
  expect(stderr).not.toMatch(/^\s+at .+:\d+/m);
  expect(stdout).toBe('');
  expect(existsSync(join(cwd, '.mcpb/results'))).toBe(false);
});

test('how far connecting is shows while it takes long', async () => {
  let opened = 0;
  const server = await serve({
    answerInitialize: ({ id, send }) => {
      const result = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'x', version: '1' } };
      if (++opened <= 3) send(reply(id, result));
    },
  });
  const { stderr } = await mcpb(['load', '-t', server.url, '-u', '5', '--connect-timeout', '60s'], {
    cwd: scratch(),
    onStderr: (line, kill) => {
      if (/^connecting/.test(line)) kill('SIGINT');
    },
  });
  expect(stderr, 'the first session was the survey’s').toContain('connecting, 2 standing so far\n');
});

test('a Ctrl-C while connecting stops at once', async () => {
  let interrupt = (): void => undefined;
  const server = await serve({ instead: () => interrupt() });
  const { code, stderr } = await mcpb(['load', '-t', server.url, '--connect-timeout', '60s'], {
    cwd: scratch(),
    onStderr: (_, kill) => {
      interrupt = () => kill('SIGINT');
    },
  });
  expect(code).toBe(105);
  expect(stderr).toContain('MCPB_E_INTERRUPTED');
});
