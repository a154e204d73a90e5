import { expect, test } from 'vitest';
import { parseTarget } from '../../src/scenario/target.ts';
import { mistake } from './planning.ts';

test.each([
  [
    'http://127.0.0.1:8443/mcp?a=1',
    { transport: 'http', host: '127.0.0.1', port: 8443, path: '/mcp?a=1', handshake: true },
  ],
  ['http://example.test', { transport: 'http', host: 'example.test', port: 80, path: '/' }],
  ['sse+http://h:3001', { transport: 'sse', host: 'h', port: 3001, path: '/' }],
  ['sse+http://[::1]/sse?a=1', { transport: 'sse', host: '::1', port: 80, path: '/sse?a=1' }],
  ['ws://[::1]:9/ws', { transport: 'websocket', host: '::1', port: 9, path: '/ws' }],
  ['tcp://127.0.0.1:8444', { transport: 'tcp', host: '127.0.0.1', port: 8444, path: '', handshake: true }],
  ['tcp://[::1]:8444?handshake=none', { transport: 'tcp', host: '::1', port: 8444, handshake: false }],
  ['tcp://h:1?framing=mcpb', { transport: 'tcp', framing: 'mcpb', handshake: true, secure: false }],
  ['tcp://h:1?framing=lines&handshake=none', { transport: 'tcp', framing: 'lines', handshake: false }],
  ['https://h/mcp', { transport: 'http', port: 443, secure: true, path: '/mcp' }],
  ['wss://h', { transport: 'websocket', port: 443, secure: true }],
  ['tcps://h:9?handshake=none', { transport: 'tcp', port: 9, secure: true, handshake: false }],
  ['sse+https://h/sse', { transport: 'sse', port: 443, secure: true }],
])('%s', (text, expected) => {
  expect(parseTarget(text)).toMatchObject({ url: text, bundled: false, ...expected });
});

test('bundled takes the transport it is given and may name a path', () => {
  expect(parseTarget('bundled')).toMatchObject({ bundled: true, transport: 'http', path: '/mcp' });
  expect(parseTarget('bundled', { transport: 'websocket' })).toMatchObject({ transport: 'websocket', path: '/mcp' });
  expect(parseTarget('bundled', { transport: 'tcp' })).toMatchObject({ transport: 'tcp', path: '' });
  expect(parseTarget('bundled/api/tools', { transport: 'http' })).toMatchObject({ path: '/api/tools' });
});

test('framing and dialect stand for what the URL does not say, where the transport has them', () => {
  const form = { framing: 'lines', dialect: 'envelope' } as const;
  expect(parseTarget('tcp://h:1', form)).toMatchObject({ framing: 'lines' });
  expect(parseTarget('tcp://h:1?framing=mcpb', form)).toMatchObject({ framing: 'mcpb' });
  expect(parseTarget('ws://h', form)).toMatchObject({ dialect: 'envelope' });
  expect(parseTarget('ws://h')).toMatchObject({ dialect: 'plain' });
  expect(parseTarget('http://h', form)).not.toHaveProperty('dialect');
});

test.each(['lines', 'envelope'])('the bundled gateway does not speak %s', (word) => {
  const form = word === 'lines' ? ({ framing: word } as const) : ({ dialect: 'envelope' } as const);
  expect(mistake(() => parseTarget('bundled', form)).message).toContain(`does not speak ${word}`);
});

test.each([
  ['tcps://h', 'it needs a host and a port'],
  ['stdio:', 'it names no command'],
  ["stdio:node 'x", 'a quote or a backslash has no end'],
  ['stdio:node x.js', 'its transport is stdio, not tcp', 'tcp'],
  [
    'localhost:8443',
    'it is neither bundled nor a URL beginning with http(s)://, ws(s)://, tcp(s):// or sse+http(s)://, nor stdio:COMMAND',
  ],
  ['bundeld', 'did you mean "bundled"?'],
  ['tcp://h', 'it needs a host and a port'],
  ['tcp://h:1/path', 'a TCP target has no path'],
  ['tcp://h:1?framing=line', '"framing=line" is not an option'],
  ['tcp://h:1?handshak=none', '"handshak=none" is not an option'],
  ['http://h/#x', 'a target has no fragment'],
  ['bundled/x', 'a TCP target has no path', 'tcp'],
  ['http://h', 'its transport is http, not tcp', 'tcp'],
] as const)('refuses %s', (text, reason, transport?: 'tcp') => {
  const error = mistake(() => parseTarget(text, { transport }));
  expect(error.code).toBe('MCPB_E_USAGE');
  expect(error.message).toContain(reason);
});

test('credentials in a URL are refused and not repeated', () => {
  const { message } = mistake(() => parseTarget('http://user:hunter2@h/'));
  expect(message).toContain('use --token');
  expect(message).not.toContain('hunter2');
});

test('a command is split into its words, and needs neither port nor token', () => {
  expect(parseTarget(`stdio:node 'my server.js' --port=1`)).toMatchObject({
    ...{ transport: 'stdio', url: `stdio:node 'my server.js' --port=1`, command: ['node', 'my server.js', '--port=1'] },
    ...{ handshake: false, bundled: false },
  });
});
