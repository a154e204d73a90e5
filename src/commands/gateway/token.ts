import { Flags } from '@oclif/core';
import { durationSeconds, required } from '../../units.ts';
import { BaseCommand } from '../base.ts';

export default class GatewayToken extends BaseCommand {
  static override summary = 'Print a token (JWT, HS256) for a gateway with --auth jwt, for development.';
  static override description =
    'The secret is read from the environment, so that it stands in no list of processes. The gateway wants the same issuer and audience.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --secret-env MCPB_SECRET --subject ada',
    `<%= config.bin %> <%= command.id %> --secret-env MCPB_SECRET --expires 10m --claim 'roles=["admin"]'`,
  ];

  static override flags = {
    'secret-env': Flags.string({
      description: 'variable with the secret, at least 32 bytes',
      helpValue: 'VAR',
      required: true,
    }),
    issuer: Flags.string({ description: '`iss`', default: 'mcpb', helpValue: 'ISS' }),
    audience: Flags.string({ description: '`aud`', default: 'mcp-gateway', helpValue: 'AUD' }),
    subject: Flags.string({ description: '`sub`', default: 'developer', helpValue: 'SUB' }),
    expires: Flags.string({ description: 'how long it is valid', default: '1h', helpValue: 'TIME' }),
    claim: Flags.string({ description: 'another claim', multiple: true, helpValue: 'KEY=JSON' }),
  };

  async run(): Promise<{ readonly token: string }> {
    const { flags } = await this.parse(GatewayToken);
    const [{ secretIn }, { mintToken }] = await Promise.all([
      import('../../gateway/auth-options.ts'),
      import('../../gateway/token.ts'),
    ]);
    const { issuer, audience, subject, claim: claims = [] } = flags;
    const expires = required(durationSeconds(flags.expires), '--expires', flags.expires, '1h or 10m');
    const secret = secretIn(process.env, flags['secret-env'], '--secret-env');
    const token = await mintToken(secret, { issuer, audience, subject, expires, claims });
    if (!this.jsonEnabled()) this.log(token);
    return { token };
  }
}
