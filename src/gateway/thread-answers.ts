import type { Census } from './census.ts';
import type { Answer, Question } from './inquiry.ts';
import type { ThreadProfiler } from './profiling/thread-profiler.ts';

/** Loaded only where profiling is on. */
export async function startProfiler(): Promise<ThreadProfiler> {
  const { ThreadProfiler } = await import('./profiling/thread-profiler.ts');
  return ThreadProfiler.start();
}

/** What a thread says to a question; nothing where it is about profiles and those are off. */
export async function answerOf(
  question: Question,
  census: () => Census,
  profiler: ThreadProfiler | undefined,
): Promise<Answer | undefined> {
  switch (question.kind) {
    case 'census':
      return { kind: 'census', census: census() };
    case 'cpu':
      return profiler && { kind: 'cpu', profile: await profiler.cpu(question.seconds) };
    case 'heap':
      return profiler && { kind: 'heap', profile: await profiler.heap() };
  }
}
