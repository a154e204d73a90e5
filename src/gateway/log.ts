import { destination, type Logger, pino } from 'pino';
import type { LogLevel } from './config.ts';

/** JSON lines on stderr, of the same shape from every thread. Nothing that clients send stands in them. */
export function createLogger(level: LogLevel, thread: string): Logger {
  return pino({ level, base: { name: 'mcp-gateway', thread } }, destination({ dest: 2, sync: true }));
}
