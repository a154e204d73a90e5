/**
 * A number in [0, 1) that depends on nothing but its three numbers, so that whoever makes iteration n draws the same for
 * it: each is mixed in with the finaliser of MurmurHash3.
 */
export function draw(seed: number, n: number, step: number): number {
  let hash = mix(seed);
  hash = mix(hash ^ (n >>> 0));
  hash = mix(hash ^ Math.floor(n / 2 ** 32));
  return mix(hash ^ Math.imul(step + 1, 0x9e3779b1)) / 2 ** 32;
}

function mix(value: number): number {
  let hash = value ^ (value >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
