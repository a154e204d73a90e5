/** What a failure to reach a server is called. */
export function reasonOf(error: Error & { code?: string }): string {
  return error.code ?? error.message;
}
