import type { Recorder } from '../metrics/recorder.ts';
import type { StreamObserver } from './stream.ts';

/** Records how the streams of a scenario come about. What breaks them is counted by whoever opened them. */
export function streamTimes(recorder: Recorder): StreamObserver {
  return {
    connected: (took) => recorder.run('connect', took),
    secured: (took, _info, resumed) => {
      recorder.run('tls', took);
      if (resumed) recorder.counters.resumed++;
    },
    broken: () => undefined,
  };
}
