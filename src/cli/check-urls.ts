import { open, type FileHandle } from 'node:fs/promises';
import { AppError, errorCode } from '../core/errors.ts';

/** A longer line is cut here; no URL is that long, so what is left of it is Bad. */
const LONGEST_LINE = 65_536;

/**
 * The URLs of the command line, then those of the list, one by one as they are asked for, so that a list of any length
 * takes the same memory. `file`: a path, or `-` for standard input. Throws `file_unreadable`.
 */
export async function* readUrls(given: readonly string[], file: string | undefined): AsyncGenerator<string> {
  yield* given;
  if (file === undefined) return;
  for await (const line of readLines(file)) {
    const url = line.trim();
    if (url !== '' && !url.startsWith('#')) yield url;
  }
}

/** Opens the list before anything is checked, so that a wrong path is found at once. */
export async function assertReadable(file: string): Promise<void> {
  if (file === '-') return;
  let handle: FileHandle | undefined;
  try {
    handle = await open(file);
    if ((await handle.stat()).isDirectory()) throw unreadable(file, 'it is a directory');
  } catch (thrown) {
    throw thrown instanceof AppError ? thrown : unreadable(file, errorCode(thrown), thrown);
  } finally {
    await handle?.close();
  }
}

async function* readLines(file: string): AsyncGenerator<string> {
  let rest = '';
  try {
    for await (const chunk of await openText(file)) {
      const lines = (rest + chunk).split('\n');
      rest = (lines.pop() ?? '').slice(0, LONGEST_LINE);
      yield* lines;
    }
  } catch (thrown) {
    throw unreadable(file === '-' ? 'standard input' : file, errorCode(thrown), thrown);
  }
  yield rest;
}

async function openText(file: string): Promise<AsyncIterable<string>> {
  if (file === '-') return process.stdin.setEncoding('utf8');
  const handle = await open(file);
  return handle.createReadStream({ encoding: 'utf8' }) as AsyncIterable<string>;
}

function unreadable(name: string, why: string | undefined, cause?: unknown): AppError {
  const words = why === 'ENOENT' ? 'there is no such file' : (why ?? 'it cannot be read');
  return new AppError('file_unreadable', `cannot read the list ${name}: ${words}`, { cause });
}
