import { authenticatorContract } from '../../contracts/authenticator.ts';

authenticatorContract({
  name: 'none',
  start: async () => ({ auth: { kind: 'none' }, close: async () => {} }),
  valid: async () => 'anything',
  subject: 'anonymous',
  refused: {},
});
