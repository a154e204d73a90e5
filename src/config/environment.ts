/** Values that `${NAME}` in a scalar may name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/*
 * `${NAME}` is replaced in scalars after parsing, so that a value can never add structure. Its braces would be flow
 * collections to the YAML parser; until then two private-use characters of the same length stand for them, which
 * keeps every position as it is.
 */
const firstPrivate = 0xe000;

/** The references of one text, behind characters that it does not have. */
export class References {
  readonly #open: string;
  readonly #close: string;
  readonly #hidden: RegExp;

  constructor(text: string) {
    const [open, close] = unusedIn(text);
    this.#open = open;
    this.#close = close;
    this.#hidden = new RegExp(`(\\$?)\\$${open}(\\w+)${close}`, 'g');
  }

  hide(text: string): string {
    return text.replace(/\$\{([A-Za-z_]\w*)\}/g, `$$${this.#open}$1${this.#close}`);
  }

  show(text: string): string {
    return text.replaceAll(this.#open, '{').replaceAll(this.#close, '}');
  }

  /** The scalar with its references replaced; `$${NAME}` stands for a literal `${NAME}`. Unset names go to `missing`. */
  expand(scalar: string, env: Environment, missing: (name: string) => void): string {
    let expanded = '';
    let from = 0;
    for (const found of scalar.matchAll(this.#hidden)) {
      const [whole, escaped, name] = found;
      expanded += this.show(scalar.slice(from, found.index));
      from = found.index + whole.length;
      if (escaped === '' && env[name] === undefined) missing(name);
      expanded += escaped === '' ? (env[name] ?? '') : this.show(whole.slice(1));
    }
    return expanded + this.show(scalar.slice(from));
  }
}

/** Two private-use characters that a text holds neither as they are nor by their numbers, as an escape would. */
function unusedIn(text: string): [string, string] {
  const lower = text.toLowerCase();
  const found: string[] = [];
  for (let code = firstPrivate; found.length < 2; code++) {
    const character = String.fromCharCode(code);
    if (!lower.includes(character) && !lower.includes(code.toString(16))) found.push(character);
  }
  return [found[0], found[1]];
}
