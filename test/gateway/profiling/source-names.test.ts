import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { SourceNames } from '../../../src/gateway/profiling/source-names.ts';

const folder = mkdtempSync(join(tmpdir(), 'mcpb-maps-'));
afterAll(() => rmSync(folder, { recursive: true }));

const frameIn = (url: string, functionName = 'f') =>
  new SourceNames().frameOf({ functionName, url, scriptId: '1', lineNumber: 0, columnNumber: 9 });

it('tells the place in the source where there is a map', () => {
  // Generated 0:0 is line 5 of the source.
  const map = { version: 3, sources: ['../src/a.ts'], names: [], mappings: 'AAIA' };
  writeFileSync(join(folder, 'a.js.map'), JSON.stringify(map));
  const url = pathToFileURL(join(folder, 'a.js')).href;
  expect(frameIn(url)).toEqual({ name: 'f', file: join(folder, '../src/a.ts'), line: 5 });
});

it('tells the place as it is where there is none, or a broken one', () => {
  const path = join(folder, 'b.js');
  expect(frameIn(pathToFileURL(path).href)).toEqual({ name: 'f', file: path, line: 1 });
  writeFileSync(`${path}.map`, 'no map');
  expect(frameIn(pathToFileURL(path).href)).toEqual({ name: 'f', file: path, line: 1 });
  expect(frameIn('node:net', '')).toEqual({ name: '(anonymous)', file: 'node:net', line: 1 });
});
