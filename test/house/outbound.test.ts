import { describe, expect, test } from 'vitest';
import { projectFiles, readProjectFile } from './project.ts';

/** Calls that reach another machine, or start a program that does. */
const REACHES_OUT =
  /\b(?:net|tls|http|https|http2)\.(?:connect|createConnection|request|get)\(|\bcreateSocket\(|\bfetch\(|\bspawn\(/;

/** Who may make them, and why that passes by the guard nowhere. */
const ALLOWED: Readonly<Record<string, string>> = {
  'src/net/dial.ts': 'dials what `vet` let through',
  'src/net/tls.ts': 'goes on over a connection that was dialled',
  'src/net/dns/udp.ts': 'asks what `vet` let through',
  'src/net/ping.ts': 'is given an address that `vet` let through',
  'src/notifier/channels/exec.ts': 'starts the programs that the file names, when it allows that',
};

// The command line speaks to the server that its user names, and to no target but through the worker.
const sources = projectFiles('src', '.ts').filter((path) => !path.startsWith('src/cli/'));

describe('everything that dials out', () => {
  test('does so through the address guard', () => {
    const files = sources.filter((path) => REACHES_OUT.test(readProjectFile(path)));
    expect(files.filter((path) => ALLOWED[path] === undefined)).toEqual([]);
  });

  test('is told of here only as long as it does', () => {
    const stale = Object.keys(ALLOWED).filter((path) => !REACHES_OUT.test(readProjectFile(path)));
    expect(stale).toEqual([]);
  });
});
