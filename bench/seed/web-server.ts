import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { end } from '../support/process.ts';

/** nginx on free ports of the loopback, with one worker. */
export interface WebServer {
  readonly http: string;
  readonly https: string;
  close(): Promise<void>;
}

/** How long nginx may take to listen, ms. */
const PATIENCE = 5000;

/** Where the module lies that can answer after a while; part of Debian's nginx-light. */
export const ECHO_MODULE = '/usr/lib/nginx/modules/ngx_http_echo_module.so';

/** Starts nginx with all its files below `folder`. It answers `/at-once/…` at once and `/after-20-ms/…` after 20 ms. */
export async function startWebServer(folder: string, certificates: string): Promise<WebServer> {
  const [plain, secure] = await freePorts();
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, configuration({ folder, certificates, plain, secure }));
  const child = spawn('nginx', ['-p', folder, '-e', 'stderr', '-c', file], { stdio: ['pipe', 'ignore', 'inherit'] });
  for (const port of [plain, secure]) await untilListening(port, () => child.exitCode === null);
  return { http: `http://127.0.0.1:${plain}`, https: `https://127.0.0.1:${secure}`, close: () => end(child) };
}

interface Places {
  readonly folder: string;
  readonly certificates: string;
  readonly plain: number;
  readonly secure: number;
}

function configuration({ folder, certificates, plain, secure }: Places): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `  ${name}_temp_path ${folder}/${name};`)
    .join('\n');
  return `
daemon off;
master_process off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr crit;
load_module ${ECHO_MODULE};
events { worker_connections 8192; }
http {
  access_log off;
  default_type text/plain;
  absolute_redirect off;
${temporary}
  server {
    listen 127.0.0.1:${plain};
    listen 127.0.0.1:${secure} ssl;
    ssl_certificate ${certificates}/good.pem;
    ssl_certificate_key ${certificates}/key.pem;
    # As Debian sets it; the default of this nginx ends at 1.2.
    ssl_protocols TLSv1.2 TLSv1.3;
    location /at-once/ { return 200 "fine\\n"; }
    location /at-once/missing/ { return 404 "missing\\n"; }
    location /at-once/broken/ { return 500 "broken\\n"; }
    location /at-once/moved/ { return 301 /at-once/here; }
    location /at-once/lost/ { return 302 /at-once/missing/here; }
    location /after-20-ms/ { echo_sleep 0.02; echo fine; }
    location /after-20-ms/missing/ { echo_status 404; echo_sleep 0.02; echo missing; }
    location /after-20-ms/broken/ { echo_status 500; echo_sleep 0.02; echo broken; }
    location /after-20-ms/moved/ { return 301 /after-20-ms/here; }
    location /after-20-ms/lost/ { return 302 /after-20-ms/missing/here; }
  }
}
`;
}

async function freePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()] as const;
  for (const server of servers) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const [plain, secure] = servers.map((server) => (server.address() as AddressInfo).port) as [number, number];
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  return [plain, secure];
}

async function untilListening(port: number, isRunning: () => boolean): Promise<void> {
  const started = performance.now();
  while (!(await isListening(port))) {
    if (!isRunning()) throw new Error('nginx ended; its words stand above');
    if (performance.now() - started > PATIENCE) throw new Error(`nginx does not listen on port ${port}`);
    await wait(20);
  }
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const conclude = (listening: boolean) => () => {
      socket.destroy();
      resolve(listening);
    };
    socket.once('connect', conclude(true)).once('error', conclude(false));
  });
}
