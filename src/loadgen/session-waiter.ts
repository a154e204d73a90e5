/** Told once when a session it waits for is usable, or could not be opened. */
export interface SessionWaiter {
  sessionReady(now: number): void;
  /** `openedAt`: when connecting began. */
  sessionFailed(openedAt: number, now: number): void;
}
