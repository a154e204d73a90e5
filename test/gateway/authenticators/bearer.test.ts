import { authenticatorContract } from '../../contracts/authenticator.ts';

authenticatorContract({
  name: 'bearer',
  start: async () => ({ auth: { kind: 'bearer', token: 'secret' }, close: async () => {} }),
  valid: async () => 'secret',
  subject: 'bearer',
  refused: {
    'another token': () => 'wrong',
    'an empty token': () => '',
    'a longer one': () => 'secret2',
    'the beginning of it': () => 'secre',
    'another case': () => 'Secret',
  },
});
