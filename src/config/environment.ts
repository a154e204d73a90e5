/** Values that `${NAME}` in a scalar may name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/*
 * `${NAME}` is replaced in scalars after parsing, so that a value can never add structure. Its braces would be flow
 * collections to the YAML parser; until then two private-use characters of the same length stand for them, which
 * keeps every position as it is.
 */
const open = '\uE000';
const close = '\uE001';

export function hideReferences(text: string): string {
  return text.replace(/\$\{([A-Za-z_]\w*)\}/g, `$$${open}$1${close}`);
}

export function showReferences(text: string): string {
  return text.replaceAll(open, '{').replaceAll(close, '}');
}

/** The scalar with its references replaced; `$${NAME}` stands for a literal `${NAME}`. Unset names go to `missing`. */
export function expandReferences(scalar: string, env: Environment, missing: (name: string) => void): string {
  const expanded = scalar.replace(/(\$?)\$\uE000(\w+)\uE001/g, (whole, escaped: string, name: string) => {
    if (escaped) return whole.slice(1);
    const value = env[name];
    if (value === undefined) missing(name);
    return value ?? '';
  });
  return showReferences(expanded);
}
