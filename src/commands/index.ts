import type { Command } from '@oclif/core';

/** Every command of the CLI by its id. */
export const commands: Readonly<Record<string, Command.Class>> = {};
