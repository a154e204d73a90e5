import { runInNewContext } from 'node:vm';
import { now } from '../clock.ts';
import { Unsupported } from './schema.ts';

/** The pattern that was tried last. */
let latest: string | undefined;

/** A regular expression of a schema, which the target wrote: trying it may take for ever. */
class Expression extends RegExp {
  override test(text: string): boolean {
    latest = this.source;
    return super.test(text);
  }
}

/** JSON Schema wants regular expressions of the Unicode kind, and not everybody keeps to it. */
export function expressionOf(pattern: string, path: string): RegExp {
  for (const flags of ['u', ''])
    try {
      return new Expression(pattern, flags);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  throw new Unsupported(path, `the pattern ${pattern} is no regular expression`);
}

/** Time for all that schemas of targets have us try. */
export class TimeLimit {
  readonly #millis: number;
  #spent = 0;

  constructor(millis: number) {
    this.#millis = millis;
  }

  /** What `make` returns. Once the time is over it is broken off, even in the midst of a regular expression: Unsupported. */
  within<Value>(make: () => Value): Value {
    latest = undefined;
    const made: { value?: Value } = {};
    const run = () => {
      made.value = make();
    };
    const before = this.#spent;
    const began = now();
    try {
      runInNewContext('run()', { run }, { timeout: Math.max(1, Math.ceil(this.#millis - before)) });
    } catch (error) {
      if (Reflect.get(Object(error), 'code') !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      const others = before > 0 ? ', with those before it' : '';
      const pattern = latest === undefined ? '' : `; the pattern tried last: ${latest}`;
      throw new Unsupported('', `none is made within ${this.#millis / 1000} s${others}${pattern}`);
    } finally {
      this.#spent += now() - began;
    }
    return made.value as Value;
  }
}
