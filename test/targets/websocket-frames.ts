/** Frames of RFC 6455, section 5, as test servers send and read them. */

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
  /** Whether the message ends here. */
  readonly fin: boolean;
  readonly masked: boolean;
}

export interface FrameOptions {
  /** False: more frames of the message follow. */
  readonly fin?: boolean;
  /** Masks the payload, as only a client may. */
  readonly mask?: boolean;
  /** The three bits that are to be zero. */
  readonly reserved?: number;
  /** What the header claims, whatever the payload has. */
  readonly length?: bigint;
}

/** One frame, as bytes. */
export function frame(opcode: number, payload: Buffer | string, options: FrameOptions = {}): Buffer {
  const { fin = true, mask = false, reserved = 0 } = options;
  const body = Buffer.from(payload);
  const length = options.length ?? BigInt(body.length);
  const first = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  const header = Buffer.concat([Buffer.from([first]), lengthBytes(length, mask)]);
  if (!mask) return Buffer.concat([header, body]);
  const key = Buffer.from([1, 2, 3, 4]);
  return Buffer.concat([header, key, unmask(body, key)]);
}

/** A close frame with a code and a reason. */
export function closeFrame(code: number, reason = ''): Buffer {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(code);
  return frame(OPCODE.close, Buffer.concat([head, Buffer.from(reason)]));
}

/** Calls back with each frame of a stream of bytes. */
export function frameReader(heard: (frame: Frame) => void): (piece: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (piece) => {
    rest = Buffer.concat([rest, piece]);
    for (let next = takeFrame(rest); next !== null; next = takeFrame(rest)) {
      rest = rest.subarray(next.bytes);
      heard(next.frame);
    }
  };
}

function takeFrame(bytes: Buffer): { readonly frame: Frame; readonly bytes: number } | null {
  if (bytes.length < 2) return null;
  const [first = 0, second = 0] = bytes;
  const short = second & 0x7f;
  const lengthEnd = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.length < lengthEnd) return null;
  const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  const masked = (second & 0x80) !== 0;
  const start = lengthEnd + (masked ? 4 : 0);
  if (bytes.length < start + length) return null;
  const body = bytes.subarray(start, start + length);
  const payload = masked ? unmask(body, bytes.subarray(lengthEnd, start)) : Buffer.from(body);
  return { frame: { opcode: first & 15, fin: (first & 0x80) !== 0, masked, payload }, bytes: start + length };
}

function lengthBytes(length: bigint, mask: boolean): Buffer {
  const flag = mask ? 0x80 : 0;
  if (length < 126n) return Buffer.from([flag | Number(length)]);
  if (length < 65_536n) return Buffer.from([flag | 126, Number(length >> 8n), Number(length & 255n)]);
  const long = Buffer.alloc(9);
  long[0] = flag | 127;
  long.writeBigUInt64BE(length, 1);
  return long;
}

function unmask(payload: Buffer, key: Buffer): Buffer {
  return Buffer.from(payload.map((byte, n) => byte ^ (key[n % 4] ?? 0)));
}
