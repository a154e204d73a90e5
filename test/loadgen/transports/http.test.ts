import { transportContract } from '../../contracts/transport.ts';
import { startHttpServer } from '../../support/servers/http.ts';

transportContract({ name: 'http', start: startHttpServer, multiplexed: false });
