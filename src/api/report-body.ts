import type { FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { MOST_TEXT_BYTES } from '../core/push-report.ts';

/** More than this is not read: whoever sends so much means something else. */
const MOST_READ_BYTES = 256 * 1024;

/** A body that is too large for a report. */
class TooLarge extends Error {
  readonly statusCode = 413;
}

/** Reads the body of a report, of whatever type: all of it, so that the sender can finish, and keeps its beginning. */
export async function readReportBody(_request: FastifyRequest, payload: IncomingMessage): Promise<string> {
  const kept: Buffer[] = [];
  let read = 0;
  for await (const chunk of payload as AsyncIterable<Buffer>) {
    if (read < MOST_TEXT_BYTES) kept.push(chunk.subarray(0, MOST_TEXT_BYTES - read));
    read += chunk.length;
    if (read > MOST_READ_BYTES) throw new TooLarge('a report may be at most 256 KiB long');
  }
  return textOf(Buffer.concat(kept));
}

/** Bytes as text that can be kept: no NUL, and no half of a character where it was cut. */
function textOf(bytes: Buffer): string {
  const text = new TextDecoder().decode(bytes, { stream: true });
  return text.replaceAll('\0', '\uFFFD');
}
