import pidusage from 'pidusage';

/** CPU time since the start of a process and its resident memory; undefined when it is gone. */
export async function sampleProcess(pid: number): Promise<{ cpuMicros: number; rssBytes: number } | undefined> {
  try {
    const { ctime, memory } = await pidusage(pid);
    return { cpuMicros: ctime * 1000, rssBytes: memory };
  } catch {
    return undefined;
  }
}

/** The process as the load engine wants it: something that can be asked again and again. */
export function processProbe(pid: number) {
  return { pid, sample: () => sampleProcess(pid) };
}
