import { encodeFrame, FrameType, frameHeaderBytes } from '../../wire/mcpb-frame.ts';
import type { Listen } from '../endpoint.ts';
import { identity } from '../identity.ts';
import { type Framing, framedEndpoint } from './framed.ts';

const frames: Framing = {
  next: (bytes, start, end) => {
    const payload = start + frameHeaderBytes;
    if (payload > end) return undefined;
    const next = payload + bytes.readUInt32BE(start + 8);
    return next > end ? undefined : { payload, end: next };
  },
  pack: (json) => encodeFrame(FrameType.response, json),
};

/** Frames of `mcpb`, without the handshake. */
export const tcpEndpoint: Listen = (taken) =>
  framedEndpoint(frames, taken, (port) => ({ url: `tcp://127.0.0.1:${port}?handshake=none` }));

export const tcpsEndpoint: Listen = (taken) =>
  framedEndpoint(
    frames,
    taken,
    (port) => ({ url: `tcps://127.0.0.1:${port}?handshake=none`, ca: identity.cert }),
    identity,
  );
