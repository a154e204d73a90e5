import { Chalk } from 'chalk';

/** The colours of terminal output by what they mean. Decided once, passed to whatever prints. */
export interface Style {
  good(text: string): string;
  warn(text: string): string;
  bad(text: string): string;
  strong(text: string): string;
  faint(text: string): string;
}

export const plainStyle: Style = styleOf(0);

/** Colour or not: flag, else NO_COLOR, else FORCE_COLOR, else a terminal that is not dumb. */
export function styleFor(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
  flag?: boolean,
): Style {
  return styleOf(wantsColour(stream, env, flag) ? 1 : 0);
}

function wantsColour(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
  flag?: boolean,
): boolean {
  if (flag !== undefined) return flag;
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return !['0', 'false'].includes(env.FORCE_COLOR);
  return stream.isTTY === true && env.TERM !== 'dumb';
}

function styleOf(level: 0 | 1): Style {
  const chalk = new Chalk({ level });
  return { good: chalk.green, warn: chalk.yellow, bad: chalk.red, strong: chalk.bold, faint: chalk.dim };
}
