import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readEnvironment } from '../../src/config/environment.ts';
import { loadSettings, loadWorkerSettings } from '../../src/config/load-settings.ts';
import { ConfigError } from '../../src/config/problem.ts';
import { AppError } from '../../src/core/errors.ts';
import { NO_NOTIFY } from '../../src/core/notify/settings.ts';
import { USUAL_RETENTION } from '../../src/core/history/retention.ts';
import { aFolder } from '../support/longwatch.ts';

const ONE = 'version: 1\nmonitors: [https://a.example]\n';
let folder: ReturnType<typeof aFolder>;
let cwd: string;

beforeEach(() => {
  folder = aFolder();
  cwd = folder.path;
});
afterEach(() => folder.remove());

function errorOf(run: () => unknown): AppError {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
}

describe('loadSettings', () => {
  it('takes the named file, before LONGWATCH_CONFIG, before ./longwatch.yaml', () => {
    folder.write('longwatch.yaml', 'version: 1\nmonitors: [https://default.example]\n');
    folder.write('env.yaml', 'version: 1\nmonitors: [https://env.example]\n');
    folder.write('flag.yaml', 'version: 1\nmonitors: [https://flag.example]\n');
    const urlOf = (file: string | undefined, env: Record<string, string>): string | undefined => {
      const [first] = loadSettings({ file, env, cwd }).monitors;
      return first?.type === 'http' ? first.url : undefined;
    };
    expect(urlOf('flag.yaml', { LONGWATCH_CONFIG: 'env.yaml' })).toBe('https://flag.example');
    expect(urlOf(undefined, { LONGWATCH_CONFIG: 'env.yaml' })).toBe('https://env.example');
    expect(urlOf(undefined, { LONGWATCH_CONFIG: '' })).toBe('https://default.example');
  });

  it('says where it looked when there is none', () => {
    const error = errorOf(() => loadSettings({ env: {}, cwd }));
    expect(error).toMatchObject({ code: 'config_not_found', exitStatus: 3 });
    expect(error.message).toContain(join(cwd, 'longwatch.yaml'));
    expect(error.message).toContain('/etc/longwatch/longwatch.yaml');
  });

  it('says which file is not there', () => {
    const error = errorOf(() => loadSettings({ file: 'no.yaml', env: {}, cwd }));
    expect(error).toMatchObject({ code: 'config_not_found', message: 'there is no file no.yaml' });
    expect(errorOf(() => loadSettings({ env: { LONGWATCH_CONFIG: 'no.yaml' }, cwd })).message).toContain(
      'LONGWATCH_CONFIG',
    );
  });

  it.skipIf(process.getuid?.() === 0)('says that a file may not be read', () => {
    chmodSync(folder.write('longwatch.yaml', ONE), 0o000);
    expect(errorOf(() => loadSettings({ env: {}, cwd }))).toMatchObject({ code: 'config_unreadable' });
  });

  it('takes the database from the folder of the file, and LONGWATCH_DB from the working directory', () => {
    mkdirSync(join(cwd, 'etc'));
    folder.write('etc/longwatch.yaml', `${ONE}storage: { path: history.db }\n`);
    expect(loadSettings({ file: 'etc/longwatch.yaml', env: {}, cwd }).storage.path).toBe(join(cwd, 'etc/history.db'));
    const env = { LONGWATCH_DB: 'other.db' };
    expect(loadSettings({ file: 'etc/longwatch.yaml', env, cwd }).storage.path).toBe(join(cwd, 'other.db'));
  });

  it('puts the environment before the file', () => {
    folder.write(
      'longwatch.yaml',
      `${ONE}server: { listen: ":1" }\nredis: { url: redis://a }\nworker: { location: a, concurrency: 1 }\n`,
    );
    const env = {
      LONGWATCH_LISTEN: '[::1]:2',
      LONGWATCH_REDIS_URL: 'redis://:p%40ss@b',
      LONGWATCH_LOCATION: 'b',
      LONGWATCH_CONCURRENCY: '2',
    };
    expect(loadSettings({ env, cwd })).toMatchObject({
      server: { listen: { host: '::1', port: 2 } },
      redis: { url: 'redis://:p%40ss@b' },
      worker: { location: 'b', concurrency: 2, per_host: null },
      secrets: ['p@ss'],
    });
  });

  it('reports what is wrong in the environment beside what is wrong in the file', () => {
    folder.write('longwatch.yaml', 'version: 1\nmonitors: []\nx: 1\n');
    const env = { LONGWATCH_LISTEN: '8080', LONGWATCH_CONCURRENCY: '0', LONGWATCH_SECRET: 'short' };
    const error = errorOf(() => loadSettings({ env, cwd }));
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain('longwatch.yaml:3:1: error: unknown key "x"');
    expect(error.message).toContain('environment: error: LONGWATCH_LISTEN must be an address to listen on');
    expect(error.message).toContain('did you mean "127.0.0.1:8080"?  (LONGWATCH_LISTEN)');
    expect(error.message).toContain('LONGWATCH_CONCURRENCY must be at least 1');
    expect(error.message).toContain('LONGWATCH_SECRET must have at least 16 characters');
    expect(error.message).toContain('4 problems');
    expect(error.message).not.toContain('short');
  });

  it('warns of a variable that looks like a slip, and of no other', () => {
    folder.write('longwatch.yaml', ONE);
    const env = { LONGWATCH_LISTN: ':1', LONGWATCH_SERVICE_HOST: 'x', LONGWATCH_DEBUG: '1', OTHER: 'x' };
    expect(loadSettings({ env, cwd }).warnings).toEqual([
      'environment: warning: LONGWATCH_LISTN is not a setting of Longwatch; did you mean "LONGWATCH_LISTEN"?  (LONGWATCH_LISTN)',
    ]);
  });
});

describe('a folder of files', () => {
  const conf = (name: string, text: string) => {
    mkdirSync(join(cwd, 'conf.d'), { recursive: true });
    folder.write(`conf.d/${name}`, text);
  };

  it('is read in order, with lists joined', () => {
    conf('20-b.yaml', 'monitors: [https://b.example, https://c.example]\nworker: { per_host: 2 }\n');
    conf('10-a.yaml', 'version: 1\nmonitors: [https://a.example]\nworker: { location: here }\n');
    conf('30-empty.yml', '# nothing yet\n');
    conf('notes.txt', 'not read');
    conf('.hidden.yaml', 'not: read');
    const settings = loadSettings({ file: 'conf.d', env: {}, cwd });
    expect(settings.monitors.map(({ id }) => id)).toEqual(['a-example', 'b-example', 'c-example']);
    expect(settings.worker).toMatchObject({ location: 'here', per_host: 2 });
    expect(settings.storage.path).toBe(join(cwd, 'conf.d/data/longwatch.db'));
    expect(settings.file).toBe(join(cwd, 'conf.d'));
  });

  it('may set a key once, and an id once', () => {
    conf('a.yaml', 'version: 1\nserver: { listen: ":1" }\nmonitors:\n  - https://a.example\n');
    conf('b.yaml', 'version: 1\nserver:\n  listen: ":2"\nmonitors:\n  - https://c.example\n  - https://a.example/\n');
    const { message } = errorOf(() => loadSettings({ file: 'conf.d', env: {}, cwd }));
    expect(message).toContain(
      'conf.d/b.yaml:3:3: error: server.listen is already set, in conf.d/a.yaml on line 2  (server.listen)',
    );
    expect(message).toContain(
      'conf.d/b.yaml:6:5: error: this monitor would have the same id as the one in conf.d/a.yaml on line 4',
    );
    expect(message).toContain('2 problems');
  });

  it('names the file of each problem, and does not miss what a broken file may hold', () => {
    conf('a.yaml', 'version: 1\nworker: { location: A }\n');
    conf('b.yaml', 'monitors: [\n');
    const { message } = errorOf(() => loadSettings({ file: 'conf.d', env: {}, cwd }));
    expect(message).toMatch(/conf\.d\/a\.yaml:2:21: error: location must be/);
    expect(message).toMatch(/conf\.d\/b\.yaml:1:11: error: this is not closed/);
    expect(message).not.toContain('missing');
  });

  it('must hold a file', () => {
    mkdirSync(join(cwd, 'conf.d'));
    expect(errorOf(() => loadSettings({ file: 'conf.d', env: {}, cwd }))).toMatchObject({ code: 'config_not_found' });
  });
});

describe('large and deep files', () => {
  it.each([
    ['10 MiB', `# ${'x'.repeat(10 * 1024 * 1024)}`, 'is larger than 10 MiB'],
    ['10,000 open lists', '['.repeat(10_000), 'is nested more than 100 levels deep'],
    ['10,000 lists in one line', `${'- '.repeat(10_000)}x`, 'is nested more than 100 levels deep'],
    ['JSON 10,000 deep', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`, 'is nested more than 100 levels deep'],
    [
      'aliases 10,000 deep',
      `a0: &a0 [x]\n${Array.from({ length: 10_000 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}]\n`).join('')}`,
      'the aliases stand for more than 200000 values',
    ],
    ['20,000 unknown keys', Array.from({ length: 20_000 }, (_, n) => `k${n}: 1\n`).join(''), '… and 19951 more'],
  ])('%s are refused', (_what, text, message) => {
    folder.write('longwatch.yaml', text);
    expect(errorOf(() => loadSettings({ env: {}, cwd })).message).toContain(message);
  });

  it('10,000 monitors are read, also when they share an anchor', () => {
    const entries = Array.from(
      { length: 10_000 },
      (_, n) => `  - { id: m${n}, url: "https://a.example/${n}", headers: *h }\n`,
    );
    folder.write('longwatch.yaml', `version: 1\ndefaults: { headers: &h { A: b } }\nmonitors:\n${entries.join('')}`);
    expect(loadSettings({ env: {}, cwd }).monitors).toHaveLength(10_000);
  });
});

describe('loadWorkerSettings', () => {
  it('needs no file', () => {
    const env = { LONGWATCH_REDIS_URL: 'redis://127.0.0.1:6379', LONGWATCH_LOCATION: 'far' };
    expect(loadWorkerSettings({ env, cwd })).toEqual({
      file: null,
      server: { listen: { host: '127.0.0.1', port: 8080 }, publicUrl: null, apiToken: null, heartbeat: null },
      storage: {
        path: join(cwd, 'data/longwatch.db'),
        retention: USUAL_RETENTION,
        maxSize: null,
        backup: null,
      },
      redis: { url: 'redis://127.0.0.1:6379' },
      worker: { concurrency: 500, per_host: null, location: 'far' },
      network: {
        allow_private: null,
        deny: [],
        allow: [],
        resolver: null,
        references: [
          { host: '1.1.1.1', port: 443 },
          { host: '8.8.8.8', port: 443 },
          { host: '9.9.9.9', port: 443 },
          { host: '2620:fe::fe', port: 443 },
        ],
        mass_failure: { share: 0.5, at_least: 5 },
      },
      monitors: [],
      groups: [],
      channels: [],
      notify: NO_NOTIFY,
      secrets: [],
      warnings: [],
    });
  });

  it('takes what may be dialled from its own file and environment', () => {
    folder.write(
      'longwatch.yaml',
      'redis: { url: "redis://queue.example" }\nnetwork: { allow_private: true, deny: 10.9.0.0/16 }\n',
    );
    const deny = [{ bytes: [10, 9, 0, 0], bits: 16, port: null }];
    expect(loadWorkerSettings({ env: {}, cwd }).network).toMatchObject({ allow_private: true, deny });
    const env = { LONGWATCH_ALLOW_PRIVATE: 'false' };
    expect(loadWorkerSettings({ env, cwd }).network).toMatchObject({ allow_private: false, deny });
  });

  it('does not look at the monitors of a file', () => {
    folder.write(
      'longwatch.yaml',
      'version: 1\nredis: { url: "redis://${HOST}" }\ndefaults: 3\ngroups: 4\nmonitors:\n  - url: ${NOT_SET_ON_THIS_MACHINE}\n',
    );
    const settings = loadWorkerSettings({ env: { HOST: 'queue.example' }, cwd });
    expect(settings).toMatchObject({ redis: { url: 'redis://queue.example' }, monitors: [] });
  });

  it('needs a queue server', () => {
    expect(errorOf(() => loadWorkerSettings({ env: {}, cwd })).message).toContain(
      'set LONGWATCH_REDIS_URL, or redis.url',
    );
    folder.write('longwatch.yaml', ONE);
    expect(errorOf(() => loadWorkerSettings({ env: {}, cwd }))).toMatchObject({ code: 'config_invalid' });
  });

  it('needs the file that was named', () => {
    expect(errorOf(() => loadWorkerSettings({ file: 'no.yaml', env: {}, cwd }))).toMatchObject({
      code: 'config_not_found',
    });
  });
});

describe('readEnvironment', () => {
  it('gives null for what is not set or empty', () => {
    expect(readEnvironment({ env: { LONGWATCH_LISTEN: '' }, cwd })).toEqual({
      config: null,
      listen: null,
      db: null,
      redisUrl: null,
      location: null,
      concurrency: null,
      allowPrivate: null,
      secret: { value: null, file: null },
    });
  });

  it('takes true and false for whether private addresses may be dialled', () => {
    expect(readEnvironment({ env: { LONGWATCH_ALLOW_PRIVATE: 'true' }, cwd }).allowPrivate).toBe(true);
    expect(readEnvironment({ env: { LONGWATCH_ALLOW_PRIVATE: 'false' }, cwd }).allowPrivate).toBe(false);
    const wrong = errorOf(() => readEnvironment({ env: { LONGWATCH_ALLOW_PRIVATE: 'no' }, cwd }));
    expect(wrong.message).toContain('LONGWATCH_ALLOW_PRIVATE must be one of true, false; did you mean false?');
  });

  it('takes the secret or the file of it, not both', () => {
    const secret = 'sixteen letters!';
    const env = { LONGWATCH_SECRET: secret, LONGWATCH_SECRET_FILE: 'secret' };
    expect(readEnvironment({ env: { LONGWATCH_SECRET: secret }, cwd }).secret).toEqual({ value: secret, file: null });
    expect(readEnvironment({ env: { LONGWATCH_SECRET_FILE: 'secret' }, cwd }).secret).toEqual({
      value: null,
      file: join(cwd, 'secret'),
    });
    expect(errorOf(() => readEnvironment({ env, cwd })).message).toContain('are both set; keep one');
  });
});
