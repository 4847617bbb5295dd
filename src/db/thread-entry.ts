/** What a thread is started with. */
export interface ThreadEntry {
  readonly url: URL;
  readonly argv: readonly string[];
}

/**
 * Where a thread's module lies, given the URL of a module beside it and its name without an extension. Built, it is
 * JavaScript and runs as it is; from source it is TypeScript and is read through a loader.
 */
export function threadEntry(besideUrl: string, name: string): ThreadEntry {
  const fromSource = new URL(besideUrl).pathname.endsWith('.ts');
  if (!fromSource) return { url: new URL(`./${name}.js`, besideUrl), argv: [] };
  const loading = new URL('./thread-from-source.mjs', import.meta.url);
  return { url: loading, argv: [new URL(`./${name}.ts`, besideUrl).href] };
}
