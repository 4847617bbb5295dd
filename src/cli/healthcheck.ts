import { Option, type Command } from 'commander';
import { errorCode } from '../core/errors.ts';
import { printJson } from './output.ts';

const PATIENCE_MS = 5000;
/** A worker announces itself every 5 s; one that has been silent for so long does not work, ms. */
const SILENT_MS = 20_000;

interface HealthcheckOptions {
  readonly config?: string;
  readonly role: 'server' | 'worker';
  readonly json?: boolean;
}

interface Answer {
  readonly ok: boolean;
  readonly detail: string;
}

/** `longwatch healthcheck`: for containers, whether the instance on this host is healthy. */
export function addHealthcheckCommand(program: Command): void {
  program
    .command('healthcheck')
    .description('for containers: exit 0 when the instance on this host is healthy, 1 when it is not')
    .option('-c, --config <file>', 'the configuration of the instance')
    .addOption(new Option('--role <role>', 'what runs here').choices(['server', 'worker']).default('server'))
    .option('--json', 'print one JSON object')
    .action(async ({ config, role, json }: HealthcheckOptions) => {
      const { loadServeSettings } = await import('../config/serve-settings.ts');
      const serve = loadServeSettings(role, config);
      const answer =
        serve.role === 'worker'
          ? await askRedis(serve.settings.redis.url)
          : await askServer(serve.settings.server.listen);
      if (json === true) printJson(answer);
      else process.stdout.write(`${answer.ok ? 'healthy' : 'not healthy'}: ${answer.detail}\n`);
      process.exitCode = answer.ok ? 0 : 1;
    });
}

async function askServer({ host, port }: { host: string; port: number }): Promise<Answer> {
  const local = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host;
  const url = `http://${local}:${port}/livez`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
    return { ok: response.ok, detail: `${url} answers ${response.status}` };
  } catch (thrown) {
    const cause = thrown instanceof Error ? thrown.cause : undefined;
    return { ok: false, detail: `${url} does not answer (${errorCode(cause) ?? 'timeout'})` };
  }
}

async function askRedis(url: string): Promise<Answer> {
  const { findOwnBeat } = await import('../queue/worker-registry.ts');
  const age = await findOwnBeat(url);
  if (age === undefined) return { ok: false, detail: 'the worker on this host has not announced itself in Redis' };
  return { ok: age < SILENT_MS, detail: `the worker announced itself ${Math.round(age / 1000)} s ago` };
}
