import { createPrivateKey } from 'node:crypto';
import { expect, test } from 'vitest';
import { describePlan } from '../../src/scenario/describe.ts';
import type { Overrides } from '../../src/scenario/overrides.ts';
import type { TlsPlan } from '../../src/scenario/plan.ts';
import { requirementsOf } from '../../src/scenario/requirements.ts';
import { planFor } from '../../src/scenario/resolve.ts';
import { shownPlan } from '../../src/scenario/shown-plan.ts';
import { authority, leaf } from '../support/pki.ts';
import { scratch } from '../support/scratch.ts';
import { mistake } from './planning.ts';

const ca = await authority();
const own = await ca.leaf();
const other = await leaf();
const pair = `${own.cert}${own.key}`;
const files = { 'ca.pem': ca.cert, 'own.pem': own.cert, 'own.key': own.key, 'pair.pem': pair, 'other.key': other.key };

const locked = createPrivateKey(own.key)
  .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' })
  .toString();

const steps = 'steps: [{ call: ping }]\n';
const target = 'target: wss://gate.test/mcp\n';

/** Plans x/s.yaml of a folder that has the files above in it and in x. */
function planIn(scenario: string, overrides: Overrides = {}, more: Readonly<Record<string, string>> = {}) {
  const below = Object.entries({ ...files, 's.yaml': steps + scenario });
  const cwd = scratch({ ...files, ...more, ...Object.fromEntries(below.map(([name, text]) => [`x/${name}`, text])) });
  return planFor({ scenario: 'x/s.yaml', overrides }, { env: {}, cwd, cores: 2 });
}

function tlsIn(...parameters: Parameters<typeof planIn>): TlsPlan | undefined {
  return planIn(...parameters).scenarios[0].tls;
}

test('is verified, with full handshakes, unless told otherwise; and is nothing without TLS', () => {
  expect(tlsIn(target)).toEqual({ insecure: false, resumption: false });
  expect(tlsIn('target: ws://gate.test/mcp\n')).toBeUndefined();
});

test('files of a scenario are found from its folder', () => {
  const keys = 'tls: { ca: ca.pem, cert: own.pem, key: ./own.key, resumption: true, serverName: a.test }';
  expect(tlsIn(target + keys)).toEqual({
    ...{ ca: ca.cert, cert: own.cert, key: own.key },
    ...{ insecure: false, resumption: true, serverName: 'a.test' },
  });
});

test('those of flags from the working folder, those of the configuration from its own', () => {
  expect(tlsIn(target, { cacert: 'x/ca.pem', insecure: 'true' })).toMatchObject({ ca: ca.cert, insecure: true });
  const config = 'cacert: ca.pem\ninsecure: true\n';
  expect(tlsIn(target, {}, { 'mcpb.config.yaml': config })).toMatchObject({ ca: ca.cert, insecure: true });
  expect(tlsIn(`${target}tls: { insecure: false }`, {}, { 'mcpb.config.yaml': config })).toMatchObject({
    insecure: false,
  });
});

test('a flag takes the place of what the scenario says, certificate and key together', () => {
  const tls = tlsIn(`${target}tls: { cert: own.pem, key: other.key, insecure: false }`, { cert: 'pair.pem' });
  expect(tls).toMatchObject({ cert: pair, key: pair, insecure: false });
});

test.each([
  ['ca: none.pem', '3:12 ', 'none.pem cannot be read (ENOENT)'],
  ['ca: own.key', '3:12 ', 'own.key holds no certificates in PEM'],
  ['cert: own.key, key: own.key', '3:14 ', 'own.key holds no certificate in PEM'],
  ['cert: own.pem', '3:14 ', 'own.pem holds no private key in PEM'],
  ['cert: own.pem, key: other.key', '3:28 ', 'other.key does not belong to '],
  ['key: own.key', '3:13 ', 'a key needs its certificate'],
  ['cert: own.pem, key: locked.key', '3:28 ', 'locked.key is encrypted'],
])('{ %s } is a fault', (keys, place, message) => {
  const cwd = scratch({ ...files, 'locked.key': locked, 's.yaml': `${steps}${target}tls: { ${keys} }` });
  const error = mistake(() => planFor({ scenario: 's.yaml', overrides: {} }, { env: {}, cwd, cores: 2 }));
  expect(error.code).toBe('MCPB_E_SCENARIO');
  expect(error.message).toContain(place);
  expect(error.message).toContain(message);
});

test('a flag that cannot be read, or has no effect, is the mistake of the command line', () => {
  expect(mistake(() => tlsIn(target, { cacert: 'none.pem' })).message).toMatch(/^--cacert: .*none.pem cannot be read/);
  const plain = 'target: ws://gate.test/mcp\n';
  expect(mistake(() => tlsIn(plain, { insecure: 'true', cert: 'own.pem' })).message.split('\n')).toEqual([
    '--cert: no target is one over TLS (https, wss, tcps)',
    '--insecure: no target is one over TLS (https, wss, tcps)',
  ]);
  expect(mistake(() => tlsIn(`${plain}tls: { insecure: true }`)).message).toContain(
    'ws://gate.test/mcp is no target over TLS',
  );
});

test('no key and no certificate gets into hash, result or what is shown', () => {
  const made = planIn(`${target}tls: { ca: ca.pem, cert: own.pem, key: own.key }`);
  const shown = JSON.stringify([made.resolved, shownPlan(made), describePlan(made, requirementsOf(made))]);
  expect(shown).not.toContain('PRIVATE KEY');
  expect(JSON.stringify(made.resolved)).not.toContain('CERTIFICATE');
  expect(made.resolved).toMatchObject({ scenarios: [{ tls: { resumption: false, clientCertificate: true } }] });
});

test('what makes handshakes dearer counts in the hash, how certificates are verified does not', () => {
  const { hash } = planIn(target);
  expect(planIn(`${target}tls: { insecure: true }`).hash).toBe(hash);
  expect(planIn(`${target}tls: { ca: ca.pem }`).hash).toBe(hash);
  expect(planIn(`${target}tls: { resumption: true }`).hash).not.toBe(hash);
  expect(planIn(`${target}tls: { cert: pair.pem }`).hash).not.toBe(hash);
  expect(planIn('target: ws://gate.test/mcp\n').hash).not.toBe(hash);
});
