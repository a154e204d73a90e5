import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Capacity, demandCapacity, doubtsOf, shortagesOf, unknownCapacity } from '../../src/scenario/capacity.ts';
import { describePlan } from '../../src/scenario/describe.ts';
import { type Requirements, requirementsOf } from '../../src/scenario/requirements.ts';
import { mistake, plan } from './planning.ts';

/** As it would be typed: thousands are set apart by narrow spaces. */
const typed = (text = '') => text.replace(/(?<=\d)\s(?=\d)/g, ',');

const needsOf = (changes: Partial<Requirements> = {}): Requirements => ({
  ...requirementsOf(plan({ overrides: { vus: '1' } })),
  ...changes,
});
const has = (changes: Partial<Capacity>): Capacity => ({ ...unknownCapacity, ...changes });

test('what is not known stops nothing', () => {
  const needs = requirementsOf(plan({ overrides: { vus: '1000000' } }));
  expect([...shortagesOf(needs, unknownCapacity), ...doubtsOf(needs, unknownCapacity)]).toEqual([]);
});

test.each([
  [
    false,
    'raise the limit in this shell with `sudo prlimit --pid $$ --nofile=65536` (a container is started with --ulimit nofile=65536), or use 19,967 connections at most',
  ],
  [
    true,
    'raise the limit in this shell with `ulimit -n 65536` (a container is started with --ulimit nofile=65536), or use 19,967 connections at most',
  ],
])('too few open files, of load and gateway (root: %s)', (root, hint) => {
  const needs = requirementsOf(plan({ overrides: { transport: 'websocket', vus: '25000' } }));
  const error = mistake(() => demandCapacity(needs, has({ openFiles: 20_000, root })));
  expect(error).toMatchObject({ code: 'MCPB_E_FD_LIMIT', exitCode: 3 });
  expect(typed(error.hint)).toBe(hint);
  expect(typed(error.message).split('\n')).toEqual([
    'the load needs 25,033 open files, a process may have 20,000: more workers do not help, they are threads of one process',
    'the bundled gateway needs 25,033 open files, a process may have 20,000: more workers do not help, they are threads of one process',
  ]);
});

test('too few ports: as many addresses as it takes, and a wider range where that is enough', () => {
  const capacity = has({ localPorts: 28_232 });
  const [short] = shortagesOf(needsOf({ portsPerAddress: 60_000 }), capacity);
  expect(typed(short.message)).toBe(
    'the load needs 60,000 local ports of one source address, the system gives out 28,232',
  );
  expect(short.hint).toContain("`sudo sysctl -w net.ipv4.ip_local_port_range='1024 65535'`");
  expect(short.hint).toContain('over 3 source addresses or more: --local-address');
  const [beyond] = shortagesOf(needsOf({ portsPerAddress: 64_513 }), capacity);
  expect(beyond.hint).not.toContain('sysctl');
});

test('files and ports that are missing are said at once', () => {
  const needs = needsOf({ fileDescriptors: 200, gatewayFileDescriptors: 0, portsPerAddress: 100 });
  const error = mistake(() => demandCapacity(needs, has({ openFiles: 199, localPorts: 99 })));
  expect(error.code).toBe('MCPB_E_FD_LIMIT');
  expect(error.message.split('\n')).toHaveLength(2);
  expect(error.hint).toContain('--nofile=');
  expect(error.hint).toContain('--local-address');
});

test('a run is refused exactly where more is needed than there is, and not once the remedy is taken', () => {
  const count = fc.integer({ min: 1, max: 200_000 });
  fc.assert(
    fc.property(
      count,
      fc.integer({ min: 100, max: 100_000 }),
      fc.integer({ min: 100, max: 64_512 }),
      (vus, openFiles, localPorts) => {
        const overrides = { target: 'ws://a.test/', vus: `${vus}` };
        const capacity = has({ openFiles, localPorts });
        const shortages = shortagesOf(requirementsOf(plan({ overrides })), capacity);
        expect(shortages.map(({ error }) => error)).toEqual([
          ...(vus + 40 > openFiles ? ['MCPB_E_FD_LIMIT'] : []),
          ...(vus > localPorts ? ['MCPB_E_PORTS'] : []),
        ]);
        const hints = shortages.map(({ hint }) => hint).join();
        const raised = Number(/--nofile=(\d+)/.exec(hints)?.[1] ?? openFiles);
        const addresses = Number(/over (\d+) source/.exec(hints)?.[1] ?? 1);
        const mended = {
          ...overrides,
          localAddresses: [...Array(addresses)].map((_, i) => `127.${(i >> 8) & 255}.${i & 255}.1`),
        };
        expect(
          shortagesOf(requirementsOf(plan({ overrides: mended })), has({ openFiles: raised, localPorts })),
        ).toEqual([]);
      },
    ),
    { numRuns: 30 },
  );
});

test('what may be opened on demand is a doubt, no shortage', () => {
  const needs = requirementsOf(plan({ overrides: { target: 'http://a.test/mcp', rate: '10' } }));
  const capacity = has({ openFiles: 4096, localPorts: 9999 });
  expect(shortagesOf(needs, capacity)).toEqual([]);
  expect(doubtsOf(needs, capacity).map(({ message }) => typed(message))).toEqual([
    'connections opened on demand may need 10,038 open files, a process may have 4,096: more workers do not help, they are threads of one process',
    'connections opened on demand may need 10,000 local ports of one source address, the system gives out 9,999',
  ]);
});

test('inspect shows need and have, and what does not fit', () => {
  const made = plan({ overrides: { vus: '25000', transport: 'websocket' } });
  const text = typed(describePlan(made, requirementsOf(made), has({ openFiles: 20_000, localPorts: 28_232 })));
  expect(text).toContain('25,033, the bundled gateway 25,033; a process may have 20,000');
  expect(text).toContain('25,000 of one source address; the system gives out 28,232');
  expect(text).toMatch(/^ {2}! +the load needs 25,033 open files/m);
  expect(text).toContain('--nofile=65536');
});
