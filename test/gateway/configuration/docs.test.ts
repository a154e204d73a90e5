import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type GatewayOptions, gatewayConfig } from '../../../src/gateway/config.ts';
import { effective } from '../../../src/gateway/configuration/effective.ts';
import { parseConfiguration } from '../../../src/gateway/configuration/load.ts';
import { notYet, withoutEffect } from '../../../src/gateway/configuration/notices.ts';
import { documentedKeys } from '../../support/configuration-keys.ts';

const page = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');

test('docs/configuration.md has every key with its effect and its default, and no other', () => {
  const keys = documentedKeys().map(({ name, description, byDefault }) => [`\`${name}\``, description, byDefault]);
  const rows = page.split('\n').filter((line) => /^\| `[a-z_.]+` +\|/.test(line));
  const written = rows.map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
  expect(written.sort()).toEqual(keys.sort());
});

test('a key without effect says so', () => {
  const silent = [...Object.keys(withoutEffect), ...Object.keys(notYet)];
  for (const { name, description } of documentedKeys()) {
    const idle = silent.some((key) => key === name || name.startsWith(`${key}.`));
    if (!description.startsWith('as ')) expect([name, /^no effect/.test(description)]).toEqual([name, idle]);
  }
});

test('the defaults in the documents are those of the gateway', () => {
  const show = (options: GatewayOptions): object => effective(gatewayConfig(options), 'echo');
  const written = documentedKeys().filter(({ default: value }) => value !== undefined && !value.startsWith('as '));
  expect(written.length).toBeGreaterThan(30);
  for (const { name, default: value } of written) {
    const file = name.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
    const { options } = parseConfiguration(JSON.stringify(file), name, { env: {}, cores: 1 });
    expect(show(options)).toEqual(show({}));
  }
});
