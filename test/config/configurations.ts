import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type CheckedSettings, checkSettings } from '../../src/config/check-settings.ts';
import { findConfig } from '../../src/config/find-files.ts';
import type { Settings } from '../../src/config/settings.ts';

/** Where the configurations are that are right or wrong on purpose; their names say how. */
export const FOLDER = join(import.meta.dirname, 'testdata');

/** The variables that those configurations use. */
export const ENV = {
  TEST_URL: 'https://variable.example',
  TEST_SECRET: 'correct-horse-battery',
  TEST_SECRET_REDIS: 'http://:correct-horse@db',
  TEST_PORT: '9090',
  TEST_NUMBER: '1234',
  TEST_NO: 'false',
  TEST_NAME: 'text',
  TEST_EMPTY: '',
};

/** The names of the configurations that begin with `prefix`, without `.yaml`. */
export function configurations(prefix: string): string[] {
  const files = readdirSync(FOLDER).filter((name) => name.startsWith(prefix) && name.endsWith('.yaml'));
  return files.map((name) => name.slice(0, -'.yaml'.length)).toSorted();
}

/** Reads one of them, or any file. */
export function check(file: string, { env = ENV, cwd = FOLDER } = {}): CheckedSettings<Settings> {
  const found = findConfig({ file, cwd });
  if (found === undefined) throw new Error(`there is no ${file}`);
  return checkSettings(found, { env, cwd });
}
