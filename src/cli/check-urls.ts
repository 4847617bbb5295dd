import { open, type FileHandle } from 'node:fs/promises';
import { AppError, errorCode } from '../core/errors.ts';

/** A longer line is cut here; no URL is that long, so what is left of it is Bad. */
const LONGEST_LINE = 65_536;

/**
 * The URLs of the command line, then those of the list, one by one as they are asked for, so that a list of any length
 * takes the same memory. `file`: a path, or `-` for standard input.
 */
export class UrlList {
  readonly #file: string | undefined;
  #lines: readonly string[];
  #at = 0;
  /** What came behind the last line's end: the beginning of the next line. */
  #rest = '';
  #chunks: AsyncIterator<string> | undefined;
  #reading: Promise<boolean> | null = null;
  #ended: boolean;

  constructor(given: readonly string[], file: string | undefined) {
    this.#lines = given;
    this.#file = file;
    this.#ended = file === undefined;
  }

  /** The next URL of those that have been read; `undefined` when there is none: then {@link readOn} may find some. */
  next(): string | undefined {
    while (this.#at < this.#lines.length) {
      const url = (this.#lines[this.#at++] ?? '').trim();
      if (url !== '' && !url.startsWith('#')) return url;
    }
    return undefined;
  }

  /** How many lines have been read and wait; some may be blank. */
  get waiting(): number {
    return this.#lines.length - this.#at;
  }

  /** Takes addresses back that were given and not checked; they come first. */
  giveBack(urls: readonly string[]): void {
    this.#lines = [...urls, ...this.#lines.slice(this.#at)];
    this.#at = 0;
  }

  /** Reads on in the list; `false` at its end. Throws `file_unreadable`. */
  readOn(): Promise<boolean> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  async #read(): Promise<boolean> {
    const file = this.#file;
    if (this.#ended || file === undefined) return false;
    try {
      this.#chunks ??= (await openText(file))[Symbol.asyncIterator]();
      const { value, done } = await this.#chunks.next();
      this.#ended = done === true;
      const lines = this.#ended ? [this.#rest] : (this.#rest + value).split('\n');
      this.#rest = this.#ended ? '' : (lines.pop() ?? '').slice(0, LONGEST_LINE);
      this.#lines = lines;
      this.#at = 0;
      return true;
    } catch (thrown) {
      throw unreadable(file === '-' ? 'standard input' : file, errorCode(thrown), thrown);
    }
  }
}

/** Opens the list before anything is checked, so that a wrong path is found at once; its size in bytes, 0 if unknown. */
export async function assertReadable(file: string): Promise<number> {
  if (file === '-') return 0;
  let handle: FileHandle | undefined;
  try {
    handle = await open(file);
    const about = await handle.stat();
    if (about.isDirectory()) throw unreadable(file, 'it is a directory');
    return about.size;
  } catch (thrown) {
    throw thrown instanceof AppError ? thrown : unreadable(file, errorCode(thrown), thrown);
  } finally {
    await handle?.close();
  }
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
