import type { Direction, Leaning, RowVerdict } from './comparison.ts';
import { hodgesLehmannShift, mannWhitney, median, shiftBound } from './statistics.ts';

/** One-sided error rates: of a false REGRESSION (and IMPROVED), and of a false OK. */
export const alpha = { fail: 0.01, pass: 0.05 } as const;
const zFail = 2.33;
const zPass = 1.645;

/** Fewest runs a side for bounds: with 4 + 4 even the most extreme order is likelier than `alpha.fail`. */
export const runsForBounds = 5;

export interface Judgement {
  readonly verdict: RowVerdict;
  readonly leaning?: Leaning;
  readonly note?: string;
  readonly changePercent: number;
  readonly intervalPercent: readonly [number, number] | null;
  readonly p: number | null;
  readonly detectable: number | null;
}

export interface Question {
  /** Positive values of one run each. */
  readonly base: readonly number[];
  readonly candidate: readonly number[];
  readonly direction: Direction;
  readonly limit: number;
  /** Smallest difference that counts, in the values' unit; 0 = none. */
  readonly floor: number;
}

/**
 * ≥ 5 runs a side. On d = ±ln, + is worse, with T the limit, HL the shift and σ the spread between sessions:
 *
 *     L′ = HL − √((HL − L)² + 2(2.33σ)²)      U′ = HL + √((U − HL)² + 2(1.645σ)²)
 *     REGRESSION  HL > T and L′ > 0     OK  U′ < T     IMPROVED  REGRESSION with the signs turned
 */
export function judgeUnpaired(question: Question, sigma: number): Judgement {
  const base = worseUp(question.base, question.direction);
  const candidate = worseUp(question.candidate, question.direction);
  const shift = hodgesLehmannShift(base, candidate);
  const widen = (distance: number, z: number) => Math.sqrt(distance ** 2 + 2 * (z * sigma) ** 2);
  const failLower = shift - widen(shift - shiftBound(base, candidate, 'lower', alpha.fail), zFail);
  const failUpper = shift + widen(shiftBound(base, candidate, 'upper', alpha.fail) - shift, zFail);
  const passUpper = shift + widen(shiftBound(base, candidate, 'upper', alpha.pass) - shift, zPass);
  const bare = logLimit(question.limit, question.direction);
  const limit = Math.max(bare, logFloor(question));
  return {
    ...decide({ shift, failLower, failUpper, passUpper, bare, limit }),
    changePercent: toPercent(shift, question.direction),
    intervalPercent: ordered(toPercent(failLower, question.direction), toPercent(passUpper, question.direction)),
    p: mannWhitney(base, candidate).p,
    detectable: Math.abs(toPercent(Math.max(limit, shift - failLower), question.direction)) / 100,
  };
}

interface Bounds {
  readonly shift: number;
  readonly failLower: number;
  readonly failUpper: number;
  readonly passUpper: number;
  /** The limit, and the limit that the floor leaves. */
  readonly bare: number;
  readonly limit: number;
}

function decide({
  shift,
  failLower,
  failUpper,
  passUpper,
  bare,
  limit,
}: Bounds): Pick<Judgement, 'verdict' | 'leaning' | 'note'> {
  if (shift > limit && failLower > 0) return { verdict: 'regression' };
  if (shift < -limit && failUpper < 0) return { verdict: 'improved' };
  if (passUpper < limit) return shift > bare ? { verdict: 'ok', note: 'below floor' } : { verdict: 'ok' };
  return { verdict: 'inconclusive', leaning: shift <= limit ? 'ok' : 'worse' };
}

/** Fewer runs: medians. `decidesAtOnce`: beyond the limit is a REGRESSION, else only a suspicion. */
export function judgePoint(question: Question, decidesAtOnce: boolean): Judgement {
  const base = median(question.base);
  const candidate = median(question.candidate);
  const beyond =
    question.direction === 'up-is-worse'
      ? candidate > base * (1 + question.limit)
      : candidate < base * (1 - question.limit);
  const shared = { changePercent: (candidate / base - 1) * 100, intervalPercent: null, p: null, detectable: null };
  if (!beyond) return { ...shared, verdict: 'ok' };
  if (Math.abs(candidate - base) <= question.floor) return { ...shared, verdict: 'ok', note: 'below floor' };
  const suspicion = { ...shared, verdict: 'inconclusive', leaning: 'worse' } as const;
  if (!decidesAtOnce) return suspicion;
  return withinRange(question.base, candidate)
    ? { ...suspicion, note: 'inside the baseline’s own range' }
    : { ...shared, verdict: 'regression' };
}

/** A baseline of ≥ 3 runs shows its own noise: a value that it has itself had proves nothing. */
export function withinRange(base: readonly number[], value: number): boolean {
  return base.length >= 3 && value >= Math.min(...base) && value <= Math.max(...base);
}

/** Down-is-worse: −ln(1 − limit), so that 10 % is exactly "below 0.9 × base". */
export function logLimit(limit: number, direction: Direction): number {
  return direction === 'up-is-worse' ? Math.log1p(limit) : -Math.log1p(-limit);
}

/** Whether bounds widened by σ alone already rule out an OK without an improvement. */
export function okUnreachable(limit: number, sigma: number): boolean {
  return Math.SQRT2 * zPass * sigma >= Math.log1p(limit);
}

function logFloor(question: Question): number {
  return Math.log1p(question.floor / median(question.base));
}

function worseUp(values: readonly number[], direction: Direction): number[] {
  return values.map((value) => (direction === 'up-is-worse' ? Math.log(value) : -Math.log(value)));
}

function toPercent(worse: number, direction: Direction): number {
  return Math.expm1(direction === 'up-is-worse' ? worse : -worse) * 100;
}

function ordered(a: number, b: number): readonly [number, number] {
  return a <= b ? [a, b] : [b, a];
}
