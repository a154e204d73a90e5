import type { EventStore } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';

/** The events of one session, from which a stream that broke is continued. Ids are `<stream> <position>`. */
export function eventLog(): EventStore {
  const events: { stream: string; message: Parameters<EventStore['storeEvent']>[1] }[] = [];
  const streamOf = (id: string) => id.slice(0, id.lastIndexOf(' '));
  return {
    storeEvent: async (stream, message) => `${stream} ${events.push({ stream, message }) - 1}`,
    getStreamIdForEventId: async (id) => streamOf(id),
    replayEventsAfter: async (id, { send }) => {
      const stream = streamOf(id);
      const last = Number(id.slice(stream.length + 1));
      // A priming event is stored with an empty message; it opened the stream and is not sent again.
      for (const [position, event] of events.entries())
        if (position > last && event.stream === stream && 'jsonrpc' in event.message)
          await send(`${stream} ${position}`, event.message);
      return stream;
    },
  };
}
