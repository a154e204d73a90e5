import { transportContract } from '../../contracts/transport.ts';
import { startWebSocketServer } from '../../support/servers/websocket.ts';

transportContract({ name: 'websocket', start: startWebSocketServer, multiplexed: true });
