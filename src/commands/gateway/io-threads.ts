/**
 * libuv reads the number of its threads once, and something may have used them before a file was read: the same process
 * begins anew with the same arguments. Returns where there is no need, or where this cannot be done.
 */
export function beginWithIoThreads(count: number | undefined): void {
  if (count === undefined || process.env.UV_THREADPOOL_SIZE === String(count)) return;
  if (process.execve === undefined || process.send !== undefined) return;
  const args = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  process.execve(process.execPath, args, { ...process.env, UV_THREADPOOL_SIZE: String(count) });
}
