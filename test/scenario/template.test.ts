import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseTemplate } from '../../src/scenario/template.ts';
import { mistake } from './planning.ts';

test.each([
  ['plain', ['plain']],
  ['', []],
  ['{{vu}}', [{ written: 'vu', source: 'vu', digits: 0, name: '' }]],
  ['a {{ iteration }} b', ['a ', { written: 'iteration', source: 'iteration', digits: 0, name: '' }, ' b']],
  ['{{random(8)}}', [{ written: 'random(8)', source: 'random', digits: 8, name: '' }]],
  ['{{data.first name}}', [{ written: 'data.first name', source: 'data', digits: 0, name: 'first name' }]],
  ['{{cursor}}', [{ written: 'cursor', source: 'capture', digits: 0, name: 'cursor' }]],
  ['{{string(vu)}}', [{ written: 'string(vu)', source: 'vu', digits: 0, name: '', as: 'string' }]],
  ['{{number(data.n)}}', [{ written: 'number(data.n)', source: 'data', digits: 0, name: 'n', as: 'number' }]],
  [`{"a":{{vu}}}`, ['{"a":', { written: 'vu', source: 'vu', digits: 0, name: '' }, '}']],
  [`{{'{{'}}x}}`, ['{{', 'x}}']],
  ['{{"{{vu}}"}}', ['{{vu}}']],
])('%s', (text, parts) => {
  expect(parseTemplate(text)).toEqual(parts);
});

test.each([
  ['{{', `"{{" is not a template: no }} closes it (braces as they are: {{'{{'}})`],
  ['hi {{vu} there', `"{{vu} there" is not a template: no }} closes it (braces as they are: {{'{{'}})`],
  ['{{}}', '{{}} is not a template (vu, iteration, random(8), data.COLUMN, or the name of a capture)'],
  ['{{a b}}', '{{a b}} is not a template (vu, iteration, random(8), data.COLUMN, or the name of a capture)'],
  ['{{data}}', '{{data}} is not a template (vu, iteration, random(8), data.COLUMN, or the name of a capture)'],
  ['{{random}}', '{{random}} needs a number of digits from 1 to 15 (such as {{random(8)}})'],
  ['{{random(0)}}', '{{random(0)}} needs a number of digits from 1 to 15 (such as {{random(8)}})'],
  ['{{random(16)}}', '{{random(16)}} needs a number of digits from 1 to 15 (such as {{random(8)}})'],
  ['{{random(x)}}', '{{random(x)}} needs a number of digits from 1 to 15 (such as {{random(8)}})'],
])('%s is refused', (text, message) => {
  expect(mistake(() => parseTemplate(text)).message).toBe(message);
});

test('text without {{ is left as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('{', '}', 'a', '"', "'") }), (text) => {
      fc.pre(!text.includes('{{') && text !== '');
      expect(parseTemplate(text)).toEqual([text]);
    }),
  );
});
