import type { Command } from '@oclif/core';
import BaselineList from './baseline/list.ts';
import BaselineSave from './baseline/save.ts';
import BaselineShow from './baseline/show.ts';
import Compare from './compare.ts';
import GatewayCheck from './gateway/check.ts';
import GatewayStart from './gateway/start.ts';
import GatewayToken from './gateway/token.ts';
import Inspect from './inspect.ts';
import Load from './load.ts';
import Report from './report.ts';
import Scenarios from './scenarios.ts';
import Schema from './schema.ts';
import Selftest from './selftest.ts';

/** Every command of the CLI by its id. */
export const commands: Readonly<Record<string, Command.Class>> = {
  'baseline:list': BaselineList,
  'baseline:save': BaselineSave,
  'baseline:show': BaselineShow,
  compare: Compare,
  'gateway:check': GatewayCheck,
  'gateway:start': GatewayStart,
  'gateway:token': GatewayToken,
  inspect: Inspect,
  load: Load,
  report: Report,
  scenarios: Scenarios,
  schema: Schema,
  selftest: Selftest,
};
