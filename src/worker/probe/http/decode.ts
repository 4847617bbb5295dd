import { Readable, pipeline, type Duplex } from 'node:stream';
import zlib from 'node:zlib';
import { errorCode, toError } from '../../../core/errors.ts';
import { withoutWhatFollows } from './gzip-end.ts';

/** A body without its encodings, or why it cannot be had, worded to follow "got". */
export type Decoded = { readonly bytes: Buffer; readonly cut: boolean } | { readonly fault: string };

/** A body as it travelled. */
export interface Travelled {
  readonly chunks: readonly Buffer[];
  /** Whether there was more than was waited for. */
  readonly cut: boolean;
}

/** More have no honest use, and each multiplies what a hostile body can grow to. */
const MOST_ENCODINGS = 2;
/** RFC 8878 section 3.1.1.1.2 recommends to support windows up to 8 MiB, and browsers take no larger ones. */
const ZSTD_LARGEST_WINDOW_LOG = 23;

/** The encodings of a body, in the order in which they were applied (RFC 9110 section 8.4). */
export function encodingsOf(header: string | readonly string[] | undefined): readonly string[] {
  const names = [header ?? []].flat().join(',').toLowerCase().split(',');
  return names.map((name) => name.trim()).filter((name) => name !== '' && name !== 'identity');
}

/**
 * Takes the encodings off a body, up to `most` bytes of what comes out; the rest is not looked at, so that a body made to
 * grow costs little. A body that was cut is decoded as far as it goes; another one must end as its encoding says. What
 * follows the end of gzip is ignored, as browsers do.
 */
export async function decode(body: Travelled, encodings: readonly string[], most: number): Promise<Decoded> {
  if (body.chunks.every(({ length }) => length === 0)) return { bytes: Buffer.alloc(0), cut: body.cut };
  if (encodings.length > MOST_ENCODINGS) return { fault: `${encodings.length} encodings on top of each other` };
  let bytes: AsyncIterable<Buffer> = Readable.from(body.chunks);
  for (const encoding of encodings.toReversed()) {
    const decoder = DECODERS[encoding];
    if (decoder === undefined) return { fault: 'an encoding that nobody knows' };
    if (decoder === 'missing') return { fault: `${encoding}, which this version of Node.js cannot decode` };
    bytes = decoded(bytes, decoder, body.cut);
  }
  try {
    return await firstOf(bytes, most, body.cut);
  } catch (thrown) {
    const whole = isGzip(encodings.at(-1)) && !body.cut ? await withoutWhatFollows(body.chunks) : null;
    if (whole !== null) return decode({ chunks: [whole], cut: false }, encodings, most);
    const code = errorCode(toError(thrown));
    return { fault: code === 'Z_BUF_ERROR' ? 'a body that ends too early' : 'a body that is something else' };
  }
}

function isGzip(encoding: string | undefined): boolean {
  return encoding === 'gzip' || encoding === 'x-gzip';
}

async function firstOf(bytes: AsyncIterable<Buffer>, most: number, cut: boolean): Promise<Decoded> {
  const kept: Buffer[] = [];
  let total = 0;
  for await (const chunk of bytes) {
    kept.push(chunk);
    total += chunk.length;
    if (total > most) break;
  }
  return { bytes: Buffer.concat(kept).subarray(0, most), cut: cut || total > most };
}

/** Makes a decoder for a body that begins so. */
type MakeDecoder = (beginning: Buffer, cut: boolean) => Duplex;

const CHUNK = { chunkSize: 65_536 } as const;

function gunzip(_: Buffer, cut: boolean): Duplex {
  return zlib.createGunzip({ ...CHUNK, ...(cut && { finishFlush: zlib.constants.Z_SYNC_FLUSH }) });
}

/** RFC 9110 means the zlib format; some servers send what is inside of it alone. */
function inflate(beginning: Buffer, cut: boolean): Duplex {
  const [first = 0, second = 0] = beginning;
  const isZlib = (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0;
  const options = { ...CHUNK, ...(cut && { finishFlush: zlib.constants.Z_SYNC_FLUSH }) };
  return isZlib ? zlib.createInflate(options) : zlib.createInflateRaw(options);
}

function unbrotli(_: Buffer, cut: boolean): Duplex {
  return zlib.createBrotliDecompress({
    ...CHUNK,
    ...(cut && { finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH }),
  });
}

/** What Node.js 22.15 and newer have besides; the types are those of the oldest Node.js supported. */
const NEWER = zlib as {
  readonly createZstdDecompress?: (options: object) => Duplex;
  readonly constants: { readonly ZSTD_d_windowLogMax?: number; readonly ZSTD_e_flush?: number };
};

function unzstd(create: (options: object) => Duplex): MakeDecoder {
  const { ZSTD_d_windowLogMax: windowLogMax = 100, ZSTD_e_flush: flush } = NEWER.constants;
  const params = { [windowLogMax]: ZSTD_LARGEST_WINDOW_LOG };
  return (_, cut) => create({ ...CHUNK, params, ...(cut && { finishFlush: flush }) });
}

const DECODERS: Readonly<Record<string, MakeDecoder | 'missing'>> = {
  gzip: gunzip,
  'x-gzip': gunzip,
  deflate: inflate,
  br: unbrotli,
  zstd: NEWER.createZstdDecompress === undefined ? 'missing' : unzstd(NEWER.createZstdDecompress),
};

async function* decoded(source: AsyncIterable<Buffer>, make: MakeDecoder, cut: boolean): AsyncGenerator<Buffer> {
  const chunks = source[Symbol.asyncIterator]();
  let first = await chunks.next();
  while (first.done !== true && first.value.length < 2) {
    const next = await chunks.next();
    if (next.done === true) break;
    first = { value: Buffer.concat([first.value, next.value]), done: false };
  }
  if (first.done === true) return;
  const beginning = first.value;
  const all = async function* (): AsyncGenerator<Buffer> {
    yield beginning;
    yield* { [Symbol.asyncIterator]: () => chunks };
  };
  const decoder = make(beginning, cut);
  // Its errors come out of the iteration below.
  pipeline(Readable.from(all()), decoder, () => undefined);
  yield* decoder as AsyncIterable<Buffer>;
}
