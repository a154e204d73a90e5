import { expressionOf } from './expression.ts';
import type { Random } from './random.ts';
import { Unsupported } from './schema.ts';

const printable = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i));
const digits = [...'0123456789'];
const word = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ', ...digits, '_'];
const classes: Readonly<Record<string, readonly string[]>> = { d: digits, w: word, s: [' '] };
const controls: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f', v: '\v', 0: '\0' };
/** Of `*`, `+` and `{n,}`: how much more than the least. */
const more = 4;
/** Of `{n,m}`: what suffices. */
const mostUsual = 24;
/** Characters and groups that are read at most: repeated repetitions get out of hand. */
const mostAtoms = 20_000;

/**
 * A text that a regular expression matches: literals, classes, groups, alternatives, quantifiers and anchors at the
 * ends. Undefined for what is more intricate.
 */
export function patternSample(pattern: string, random: Random): string | undefined {
  try {
    const parser = new Parser(pattern, random);
    const text = parser.alternatives();
    return parser.done && expressionOf(pattern, '').test(text) ? text : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof Unsupported) return undefined;
    throw error;
  }
}

/** Reads the pattern once, writing a text that matches. A quantifier reads its atom as often as it is repeated. */
class Parser {
  readonly #pattern: string;
  readonly #random: Random;
  #at = 0;
  #atoms = 0;

  constructor(pattern: string, random: Random) {
    this.#pattern = pattern;
    this.#random = random;
  }

  get done(): boolean {
    return this.#at === this.#pattern.length;
  }

  alternatives(): string {
    const found = [this.#sequence()];
    while (this.#take('|')) found.push(this.#sequence());
    return this.#random.pick(found);
  }

  #sequence(): string {
    let text = '';
    while (!this.done && !'|)'.includes(this.#pattern[this.#at])) text += this.#repeated();
    return text;
  }

  #repeated(): string {
    const start = this.#at;
    const first = this.#atom();
    const [least, most] = this.#quantifier();
    const after = this.#at;
    const count = least + this.#random.below(most - least + 1);
    let text = count === 0 ? '' : first;
    for (let i = 1; i < count; i++) {
      this.#at = start;
      text += this.#atom();
    }
    this.#at = after;
    return text;
  }

  #atom(): string {
    if (++this.#atoms > mostAtoms) throw new SyntaxError('too long a text');
    const character = this.#next();
    if (character === '^' || character === '$') return '';
    if (character === '.') return this.#random.pick(word);
    if (character === '[') return this.#class();
    if (character === '(') return this.#group();
    if (character === '\\') return this.#random.pick(this.#escaped());
    if ('*+?{'.includes(character)) throw new SyntaxError('a quantifier without an atom');
    return character;
  }

  #group(): string {
    if (this.#take('?') && !this.#take(':')) throw new SyntaxError('an assertion or a named group');
    const text = this.alternatives();
    if (!this.#take(')')) throw new SyntaxError('a group is never closed');
    return text;
  }

  #escaped(): readonly string[] {
    const character = this.#next();
    if (character in classes) return classes[character];
    if (character.toLowerCase() in classes)
      return printable.filter((one) => !classes[character.toLowerCase()].includes(one));
    if (character in controls) return [controls[character]];
    if (/[a-zA-Z0-9]/.test(character)) throw new SyntaxError('an escape that is not followed');
    return [character];
  }

  #class(): string {
    const negated = this.#take('^');
    const allowed: string[] = [];
    while (!this.done && this.#pattern[this.#at] !== ']') {
      const from = this.#classMember();
      const isRange = from.length === 1 && this.#pattern[this.#at] === '-' && this.#pattern[this.#at + 1] !== ']';
      if (!isRange) allowed.push(...from);
      else {
        this.#at++;
        allowed.push(...range(from[0], this.#classMember()[0]));
      }
    }
    if (!this.#take(']')) throw new SyntaxError('a class is never closed');
    const values = negated ? printable.filter((one) => !allowed.includes(one)) : allowed;
    if (values.length === 0) throw new SyntaxError('a class without a member');
    return this.#random.pick(values);
  }

  #classMember(): readonly string[] {
    const character = this.#next();
    return character === '\\' ? this.#escaped() : [character];
  }

  #quantifier(): [least: number, most: number] {
    const found = /^(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/.exec(this.#pattern.slice(this.#at));
    if (!found) return [1, 1];
    this.#at += found[0].length;
    const [, sign, least, comma, most] = found;
    if (sign === '?') return [0, 1];
    if (sign !== undefined) return sign === '*' ? [0, more] : [1, more];
    const from = Number(least);
    if (comma === '') return [from, from];
    return [from, most === '' ? from + more : Math.min(Number(most), Math.max(from, mostUsual))];
  }

  #next(): string {
    if (this.done) throw new SyntaxError('it ends too early');
    return this.#pattern[this.#at++];
  }

  #take(character: string): boolean {
    if (this.#pattern[this.#at] !== character) return false;
    this.#at++;
    return true;
  }
}

function range(from: string, to: string): string[] {
  const [first, last] = [from.charCodeAt(0), to.charCodeAt(0)];
  return Array.from({ length: Math.max(0, Math.min(last - first + 1, 4096)) }, (_, i) =>
    String.fromCharCode(first + i),
  );
}
