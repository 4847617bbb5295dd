import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { startProgress } from './progress.mjs';
import { commandExists, runQuietly, SetupError } from './run.mjs';

/** What each system's package manager calls the things we may need, and how it is asked without questions. */
const MANAGERS = [
  {
    name: 'apt-get',
    refresh: ['apt-get', 'update'],
    install: ['apt-get', 'install', '-y', '--no-install-recommends'],
    compiler: ['python3', 'make', 'g++'],
    redis: ['redis-server'],
    ping: ['iputils-ping'],
    chromium: ['chromium', 'fonts-liberation'],
  },
  {
    name: 'dnf',
    install: ['dnf', 'install', '-y'],
    compiler: ['python3', 'make', 'gcc-c++'],
    redis: ['redis'],
    ping: ['iputils'],
    chromium: ['chromium'],
  },
  {
    name: 'apk',
    install: ['apk', 'add', '--no-cache'],
    compiler: ['python3', 'make', 'g++'],
    redis: ['redis'],
    ping: ['iputils'],
    chromium: ['chromium'],
  },
  {
    name: 'pacman',
    install: ['pacman', '-Sy', '--noconfirm', '--needed'],
    compiler: ['python', 'make', 'gcc'],
    redis: ['redis'],
    ping: ['iputils'],
    chromium: ['chromium'],
  },
  {
    name: 'brew',
    install: ['brew', 'install'],
    withoutRoot: true,
    compiler: ['python3'],
    redis: ['redis'],
    ping: ['iputils'],
    chromium: ['chromium'],
  },
];

/** RUNLEVEL=1 keeps Debian's packages from starting their service; the other keeps them from asking questions. */
const QUIET_INSTALL = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };

/**
 * Installs `what` ("compiler", "redis", "ping" or "chromium") with the system's package manager when this user may use it
 * without being asked for a password; otherwise throws a SetupError that says exactly what to install. `why` is part of
 * both messages.
 */
export async function installSystemPackages(what, why) {
  const manager = MANAGERS.find(({ name }) => commandExists(name));
  if (manager === undefined) {
    throw new SetupError(`${why} Install ${wordsFor(what)} with your system's package manager, then try again.`);
  }
  const command = [...manager.install, ...manager[what]];
  const prefix = privilege(manager);
  if (prefix === undefined) {
    throw new SetupError(`${why} Install what is missing, then try again:\n\n    sudo ${command.join(' ')}\n`);
  }
  const progress = startProgress(`${why} Installing ${manager[what].join(', ')} with ${manager.name}`);
  const steps = manager.refresh === undefined ? [command] : [manager.refresh, command];
  for (const step of steps) {
    const [program, ...args] = [...prefix, ...step];
    const result = await runQuietly(program, args, {
      log: 'system-packages',
      env: { ...process.env, ...QUIET_INSTALL },
    });
    // A list of packages that cannot be refreshed (one dead mirror of many) need not stop the installation.
    if (result.status === 0 || step === manager.refresh) continue;
    progress.fail(`${manager.name} failed`);
    throw new SetupError(
      `${result.tail.join('\n')}\n\nInstall it by hand, then try again:\n\n    sudo ${command.join(' ')}\n`,
    );
  }
  progress.done(`installed ${manager[what].join(', ')} with ${manager.name}`);
}

/** What to put before a command that needs root: nothing, `sudo`, or `undefined` when neither is possible. */
function privilege(manager) {
  const environment = ['env', ...Object.entries(QUIET_INSTALL).map(([key, value]) => `${key}=${value}`)];
  if (manager.withoutRoot === true || process.getuid?.() === 0) return environment;
  const sudo = commandExists('sudo') && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0;
  return sudo ? ['sudo', '-n', ...environment] : undefined;
}

/** Whether the machine is run by systemd, which starts a freshly installed service whatever RUNLEVEL says. */
export function runsSystemd() {
  return existsSync('/run/systemd/system');
}

/** Stops the service that came with a package this script has just installed, and keeps it from starting at boot. */
export function disableService(service) {
  const root = process.getuid?.() === 0;
  const [program, ...args] = [...(root ? [] : ['sudo', '-n']), 'systemctl', 'disable', '--now', service];
  spawnSync(program, args, { stdio: 'ignore' });
}

const WORDS = {
  compiler: 'Python 3, make and a C++ compiler',
  redis: 'redis-server (Redis or Valkey)',
  ping: 'ping (iputils)',
  chromium: 'Chromium',
};

function wordsFor(what) {
  return WORDS[what];
}
