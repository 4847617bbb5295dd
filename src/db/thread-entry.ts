import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** What a thread is started with. */
export interface ThreadEntry {
  readonly url: URL;
  readonly execArgv: readonly string[];
}

/**
 * Where a thread's module lies, given the URL of a module beside it and its name without an extension. Built, it is
 * JavaScript and runs as it is; from source it is TypeScript and the thread is given the loader that reads it.
 */
export function threadEntry(besideUrl: string, name: string): ThreadEntry {
  const fromSource = new URL(besideUrl).pathname.endsWith('.ts');
  if (!fromSource) return { url: new URL(`./${name}.js`, besideUrl), execArgv: [] };
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  return { url: new URL(`./${name}.ts`, besideUrl), execArgv: ['--import', loader] };
}
