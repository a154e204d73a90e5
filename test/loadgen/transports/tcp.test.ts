import { transportContract } from '../../contracts/transport.ts';
import { startTcpServer } from '../../support/servers/tcp.ts';

transportContract({ name: 'tcp', start: startTcpServer, multiplexed: true });
