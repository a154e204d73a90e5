import { runInNewContext } from 'node:vm';
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

/** What `make` returns. Where it takes longer it is broken off, even in the midst of a regular expression: Unsupported. */
export function within<Value>(milliseconds: number, make: () => Value): Value {
  latest = undefined;
  const made: { value?: Value } = {};
  const run = () => {
    made.value = make();
  };
  try {
    runInNewContext('run()', { run }, { timeout: milliseconds });
  } catch (error) {
    if (Reflect.get(Object(error), 'code') !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    const pattern = latest === undefined ? '' : `; the pattern tried last: ${latest}`;
    throw new Unsupported('', `none is made within ${milliseconds / 1000} s${pattern}`);
  }
  return made.value as Value;
}
