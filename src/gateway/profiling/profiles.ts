import type { HeapProfiler, Profiler, Runtime } from 'node:inspector';
import type { Census } from '../census.ts';
import type { ThreadAnswer } from '../inquiry.ts';
import { Pprof } from './pprof.ts';
import { type Frame, SourceNames } from './source-names.ts';
import { cpuIntervalMicros, heapIntervalBytes } from './thread-profiler.ts';

/** Time in which a thread does nothing is no processor time. */
const idle = '(idle)';
const root = '(root)';

/** What ran in the threads for so long. */
export function cpuPprof(answers: readonly ThreadAnswer[], seconds: number): Promise<Buffer> {
  const pprof = new Pprof({
    values: [
      { type: 'samples', unit: 'count' },
      { type: 'cpu', unit: 'nanoseconds' },
    ],
    period: { type: 'cpu', unit: 'nanoseconds', length: cpuIntervalMicros * 1_000 },
    seconds,
  });
  const names = new SourceNames();
  for (const { thread, answer } of answers) if (answer.kind === 'cpu') addCpu(pprof, thread, answer.profile, names);
  return pprof.encode();
}

/** What the threads have on their heaps. */
export function heapPprof(answers: readonly ThreadAnswer[]): Promise<Buffer> {
  const space = { type: 'space', unit: 'bytes' };
  const pprof = new Pprof({
    values: [{ ...space, type: 'inuse_space' }],
    period: { ...space, length: heapIntervalBytes },
  });
  const names = new SourceNames();
  for (const { thread, answer } of answers)
    if (answer.kind === 'heap') addHeap(pprof, thread, answer.profile.head, [], names);
  return pprof.encode();
}

/** What the threads have on their hands, each kind of thing a function called by the list it is in. */
export function censusPprof(answers: readonly ThreadAnswer[]): Promise<Buffer> {
  const pprof = new Pprof({
    values: [{ type: 'goroutine', unit: 'count' }],
    period: { type: 'goroutine', unit: 'count', length: 1 },
  });
  for (const { thread, answer } of answers) if (answer.kind === 'census') addCensus(pprof, thread, answer.census);
  return pprof.encode();
}

function addCpu(pprof: Pprof, thread: string, profile: Profiler.Profile, names: SourceNames): void {
  const parents = new Map<number, Profiler.ProfileNode>();
  const times = new Map<number, { samples: number; micros: number }>();
  for (const node of profile.nodes) for (const child of node.children ?? []) parents.set(child, node);
  const { samples = [], timeDeltas = [] } = profile;
  // A delta is the time before its sample: what was seen lasted until the next one.
  for (const [at, id] of samples.entries()) {
    const time = times.get(id) ?? { samples: 0, micros: 0 };
    time.samples++;
    time.micros += timeDeltas[at + 1] ?? 0;
    times.set(id, time);
  }
  for (const node of profile.nodes) {
    const time = times.get(node.id);
    if (time === undefined || node.callFrame.functionName === idle) continue;
    const stack: Frame[] = [];
    for (let at: Profiler.ProfileNode | undefined = node; at && isCode(at); at = parents.get(at.id))
      stack.push(names.frameOf(at.callFrame));
    if (stack.length > 0) pprof.add(thread, stack, [time.samples, time.micros * 1_000]);
  }
}

function addHeap(
  pprof: Pprof,
  thread: string,
  node: HeapProfiler.SamplingHeapProfileNode,
  callers: readonly Frame[],
  names: SourceNames,
): void {
  const stack = isCode(node) ? [names.frameOf(node.callFrame), ...callers] : callers;
  if (node.selfSize > 0 && stack.length > 0) pprof.add(thread, stack, [node.selfSize]);
  for (const child of node.children) addHeap(pprof, thread, child, stack, names);
}

function addCensus(pprof: Pprof, thread: string, { pending, resources }: Census): void {
  const lists = { pending_requests: pending, event_loop: resources };
  for (const [list, counts] of Object.entries(lists))
    for (const [name, count] of Object.entries(counts)) pprof.add(thread, [named(name), named(list)], [count]);
}

function isCode({ callFrame }: { readonly callFrame: Runtime.CallFrame }): boolean {
  return callFrame.functionName !== root;
}

function named(name: string): Frame {
  return { name, file: '', line: 0 };
}
