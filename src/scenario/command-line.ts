import { masked, secretName } from './credentials.ts';

/**
 * The words of a command as a shell would take them, without a shell: blanks separate; '…' is literal; in "…" a
 * backslash escapes `"` and `\`; elsewhere it escapes any character. Nothing is expanded. Undefined where a quote or an
 * escape has no end.
 */
export function splitCommand(text: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let rest = text;
  while (rest !== '') {
    const found = piece.exec(rest);
    if (found === null) return undefined;
    const [whole, blank, single, double, escaped, plain] = found;
    rest = rest.slice(whole.length);
    if (blank === undefined) word = (word ?? '') + (single ?? double?.replace(/\\(["\\])/g, '$1') ?? escaped ?? plain);
    else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  return word === undefined ? words : [...words, word];
}

const piece = /^(?:(\s+)|'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+))/s;

const option = /^--?[\w-]+/;

/** A command as it may be shown: the value of an option whose name speaks of a secret is left out. */
export function shownCommand(words: readonly string[]): string {
  return words
    .map((word, i) => {
      const name = secretOptionOf(word);
      if (name !== undefined && word[name.length] === '=') return `${name}=${masked}`;
      return i > 0 && secretOptionOf(words[i - 1]) === words[i - 1] && !option.test(word) ? masked : word;
    })
    .map(quoted)
    .join(' ');
}

function secretOptionOf(word: string): string | undefined {
  const name = option.exec(word)?.[0];
  return name !== undefined && secretName.test(name) ? name : undefined;
}

function quoted(word: string): string {
  return /^[^\s'"\\]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
}
