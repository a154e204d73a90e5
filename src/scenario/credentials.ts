export interface CredentialLayer {
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export interface Credentials {
  readonly token?: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** Stands for a secret wherever a plan is shown or hashed. */
export const masked = '***';
export const secretName = /authorization|cookie|token|secret|key|password/i;

/** Headers as they may be shown and kept. */
export function maskHeaders(headers: Credentials['headers']): Credentials['headers'] {
  return headers.map(([name, value]) => [name, secretName.test(name) ? masked : value]);
}

/** Whether one layer says two things about authorization. */
export function contradicts({ token, headers }: CredentialLayer): boolean {
  return token !== undefined && Object.keys(headers ?? {}).some(isAuthorization);
}

/**
 * Token and headers of layers, lowest first: a header replaces one of the same name, a token and an Authorization
 * header replace each other.
 */
export function credentials(layers: readonly CredentialLayer[]): Credentials {
  const headers = new Map<string, readonly [string, string]>();
  let token: string | undefined;
  for (const layer of layers) {
    if (layer.token !== undefined) {
      token = layer.token;
      headers.delete('authorization');
    }
    for (const [name, value] of Object.entries(layer.headers ?? {})) {
      if (isAuthorization(name)) token = undefined;
      headers.set(name.toLowerCase(), [name, value]);
    }
  }
  return { ...(token !== undefined && { token }), headers: [...headers.values()] };
}

function isAuthorization(name: string): boolean {
  return name.toLowerCase() === 'authorization';
}
