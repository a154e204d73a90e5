import { connect } from 'node:tls';
import type { ScenarioPlan } from '../scenario/plan.ts';
import { addressOf } from './streams/socket.ts';

/** A server of TLS answers a hello at once, one of something else may say nothing for ever, ms. */
const longestSilence = 2000;

/** Whether TLS is spoken where a plain connection got no further, whatever the certificate. */
export function speaksTls({ target, localAddresses, connectTimeout }: ScenarioPlan): Promise<boolean> {
  const socket = connect({
    ...addressOf(target, localAddresses[0]),
    rejectUnauthorized: false,
    timeout: Math.min(connectTimeout, longestSilence),
  });
  return new Promise((resolve) => {
    let spoken = false;
    socket.on('secureConnect', () => {
      spoken = true;
      socket.destroy();
    });
    socket.on('timeout', () => socket.destroy());
    // An alert is an answer in TLS, too: to a client without a certificate, or of another version.
    socket.on('error', ({ code }: NodeJS.ErrnoException) => {
      spoken = code?.includes('_ALERT_') ?? false;
    });
    socket.on('close', () => resolve(spoken));
  });
}
