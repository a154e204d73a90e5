import { type GenerateResult, generate } from 'selfsigned';

/** A certificate with its private key, both in PEM. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

export interface LeafOptions {
  /** Host names and addresses it is for. */
  readonly names?: readonly string[];
  readonly from?: Date;
  readonly to?: Date;
}

const common = { keyType: 'ec', algorithm: 'sha256' } as const;

/** An authority that signs what a test needs. */
export interface Authority extends Identity {
  leaf(options?: LeafOptions): Promise<Identity>;
}

export async function authority(name = 'test authority'): Promise<Authority> {
  const made = await generate([{ name: 'commonName', value: name }], {
    ...common,
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'keyUsage', keyCertSign: true, digitalSignature: true },
    ],
  });
  const own = identityOf(made);
  return { ...own, leaf: (options) => leaf(options, own) };
}

/** A certificate for the loopback, unless told otherwise; signed by itself without an issuer. */
export async function leaf(options: LeafOptions = {}, issuer?: Identity): Promise<Identity> {
  const { names = ['localhost', '127.0.0.1'], from, to } = options;
  const altNames = names.map((name) =>
    /^[\d.]+$/.test(name) ? { type: 7 as const, ip: name } : { type: 2 as const, value: name },
  );
  const made = await generate([{ name: 'commonName', value: names[0] }], {
    ...common,
    extensions: [{ name: 'subjectAltName', altNames }],
    ...(from && { notBeforeDate: from }),
    ...(to && { notAfterDate: to }),
    ...(issuer && { ca: issuer }),
  });
  return identityOf(made);
}

function identityOf({ cert, private: key }: GenerateResult): Identity {
  return { cert: `${cert.trim()}\n`, key };
}
