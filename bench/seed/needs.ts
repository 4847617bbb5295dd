import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { PYTHON } from './programs.ts';
import { ECHO_MODULE } from './web-server.ts';

/** What the bench runs that does not come with the project, and the Debian package that brings it. */
const NEEDS: readonly { readonly present: () => boolean; readonly packages: string }[] = [
  { present: () => runs(PYTHON, ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))']), packages: 'python3' },
  { present: () => imports('twisted.web.client', 'OpenSSL', 'service_identity'), packages: 'python3-twisted' },
  { present: () => imports('gevent.pool'), packages: 'python3-gevent' },
  { present: () => imports('aiohttp'), packages: 'python3-aiohttp' },
  { present: () => runs('nginx', ['-v']) && existsSync(ECHO_MODULE), packages: 'nginx-light libnginx-mod-http-echo' },
];

/** The command that installs what this machine lacks, or `null` when it lacks nothing. */
export function installCommand(): string | null {
  const missing = NEEDS.filter(({ present }) => !present()).map(({ packages }) => packages);
  return missing.length === 0 ? null : `apt-get install --no-install-recommends ${missing.join(' ')}`;
}

function imports(...modules: string[]): boolean {
  return runs(PYTHON, ['-c', `import ${modules.join(', ')}`]);
}

function runs(command: string, args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
