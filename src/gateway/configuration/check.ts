import { writeDocument } from '../../config/document.ts';
import { gatewayConfig } from '../config.ts';
import { effective } from './effective.ts';
import { loadConfiguration, type Surroundings } from './load.ts';

/** A valid file, and what it comes to. */
export interface CheckedConfiguration {
  readonly notices: readonly string[];
  readonly effective: object;
  /** The same as YAML. */
  readonly text: string;
}

/** Throws MCPB_E_FILE or MCPB_E_CONFIG. */
export function checkConfiguration(path: string, surroundings: Surroundings): CheckedConfiguration {
  const { options, notices } = loadConfiguration(path, surroundings);
  const shown = effective(gatewayConfig(options), options.backend ?? 'echo');
  return { notices, effective: shown, text: writeDocument(shown) };
}
