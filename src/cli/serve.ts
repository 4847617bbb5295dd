import { Option, type Command } from 'commander';
import type { Logger } from 'pino';
import { AppError, toError } from '../core/errors.ts';
import { isPush } from '../core/monitor/monitor.ts';
import type { ServeSettings } from '../config/serve-settings.ts';
import type { Running } from '../main.ts';
import { reportError } from './output.ts';

/** Every part has its own bound; should one break it, the process still ends within 15 s of the signal. */
const STOP_AT_THE_LATEST_MS = 14_000;

interface ServeOptions {
  readonly config?: string;
  readonly role: ServeSettings['role'];
  readonly logLevel: 'error' | 'warn' | 'info' | 'debug';
}

/** `longwatch serve`: runs until it is told to stop. */
export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .description('check the monitors on schedule and answer questions about them')
    .option('-c, --config <file>', 'the configuration (default: ./longwatch.yaml or /etc/longwatch/longwatch.yaml)')
    .addOption(
      new Option('--role <role>', 'server: schedule, store, answer; worker: probe; all: both')
        .choices(['all', 'server', 'worker'])
        .default('all'),
    )
    .addOption(
      new Option('--log-level <level>', 'how much to log, on standard error')
        .choices(['error', 'warn', 'info', 'debug'])
        .default('info'),
    )
    .action(serve);
}

async function serve({ config, role, logLevel }: ServeOptions): Promise<void> {
  const { openLog } = await import('../logger.ts');
  const { loadServeSettings } = await import('../config/serve-settings.ts');
  const { watchSettings } = await import('../config/watch.ts');
  const { start } = await import('../main.ts');
  const { logger, hide } = await openLog(logLevel);
  const load = (): ServeSettings => {
    const loaded = loadServeSettings(role, config);
    hide([...loaded.settings.secrets, ...loaded.settings.monitors.filter(isPush).map(({ token }) => token)]);
    for (const warning of loaded.settings.warnings) logger.warn(warning);
    return loaded;
  };
  const first = load();
  const starting = start({ serve: first, logger });
  const stopped = stopOnSignal(starting, logger);
  const reload = async (): Promise<void> => {
    try {
      const running = await starting;
      const stale = await running.reload(load());
      logger.info('the configuration was read again');
      if (stale.length > 0) logger.warn(`changed, but needs a restart to take effect: ${stale.join(', ')}`);
    } catch (thrown) {
      logger.error(`the new configuration is not used, the old one stays:\n${toError(thrown).message}`);
    }
  };
  let reloading = Promise.resolve();
  const requestReload = (): void => {
    reloading = reloading.then(reload);
  };
  // Watched from before the start, so that no change is missed while the parts are opened.
  const { file } = first.settings;
  const watch = file === null ? undefined : watchSettings({ file, onChange: requestReload });
  process.on('SIGHUP', requestReload);
  try {
    announce(await starting, first);
    await stopped;
  } finally {
    watch?.close();
  }
}

function announce(running: Running, { role, settings }: ServeSettings): void {
  const count = role === 'worker' ? 0 : settings.monitors.length;
  const what = role === 'worker' ? 'a worker' : `${count} ${count === 1 ? 'monitor' : 'monitors'}`;
  const where = running.url === null ? '' : ` at ${running.url}`;
  process.stdout.write(`Longwatch is ready${where} (${what}, role ${role})\n`);
}

/** Resolves when everything has been closed after SIGTERM or SIGINT. A second signal ends the process at once. */
function stopOnSignal(starting: Promise<Running>, logger: Logger): Promise<void> {
  return new Promise((resolve) => {
    const stop = async (signal: NodeJS.Signals): Promise<void> => {
      process.once('SIGTERM', () => process.exit(143));
      process.once('SIGINT', () => process.exit(130));
      logger.info(`${signal}: stopping`);
      setTimeout(() => {
        logger.error('stopping took too long: ended by force');
        process.exit(0);
      }, STOP_AT_THE_LATEST_MS).unref();
      const running = await starting;
      await running.close();
      logger.info('stopped');
      resolve();
      // Whatever is left (a socket of a hung Redis) must not keep the process: all that matters has been handed over.
      setTimeout(() => process.exit(), 500).unref();
    };
    let stopping = false;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        if (stopping) return;
        stopping = true;
        void stop(signal).catch((thrown: unknown) => {
          process.exit(thrown instanceof AppError ? thrown.exitStatus : reportError(thrown));
        });
      });
    }
  });
}
