import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../src/core/history/history-key.ts';
import { shippedMigrations } from '../../src/db/migrations.ts';
import { loadSqlite } from '../../src/db/native.ts';
import { openForWriting } from '../../src/db/open.ts';
// @ts-expect-error -- a script of the build, which has no types
import { keepDeclarations } from '../../scripts/setup/declarations.mjs';
import { ROOT, readProjectFile } from '../house/project.ts';
import { aFolder } from '../support/longwatch.ts';
import { NOW, writeReportedMonth } from '../support/reported-month.ts';

const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

/** The example of the README, and what it says that it prints. */
function readmeExample(): { readonly code: string; readonly output: string } {
  const [, code = '', output = ''] =
    /```js\n(import \{ openHistory \}[^]*?)```[^`]*```\n([^]*?)```/.exec(readProjectFile('README.md')) ?? [];
  return { code, output };
}

/** Packs the package as npm would publish it, and puts it into an empty project with the packages that it depends on. */
function installPacked(folder: string): void {
  const staged = join(folder, 'staged');
  execFileSync(process.execPath, [TSC, '-p', join(ROOT, 'tsconfig.build.json'), '--outDir', join(staged, 'dist')]);
  (keepDeclarations as (dist: string) => void)(join(staged, 'dist'));
  for (const name of ['package.json', 'migrations', 'LICENSE']) {
    cpSync(join(ROOT, name), join(staged, name), { recursive: true });
  }
  execFileSync('npm', ['pack', '--pack-destination', folder], { cwd: staged, stdio: 'ignore' });
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
  const packages = join(folder, 'project/node_modules');
  mkdirSync(join(packages, 'longwatch'), { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, tarball), '-C', join(packages, 'longwatch'), '--strip-components=1']);
  const { dependencies } = JSON.parse(readProjectFile('package.json')) as { dependencies: Record<string, string> };
  for (const name of Object.keys(dependencies)) {
    mkdirSync(dirname(join(packages, name)), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), join(packages, name));
  }
}

describe('the package as a library', () => {
  let project: string;
  beforeAll(async () => {
    const folder = aFolder();
    installPacked(folder.path);
    project = join(folder.path, 'project');
    writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
    const path = join(project, 'data/longwatch.db');
    const opened = openForWriting(path, { driver: await loadSqlite(), migrations: shippedMigrations(), now: 0 });
    writeReportedMonth(opened.database, Math.floor(NOW / HOUR_MS) - 2);
    opened.close();
    return () => folder.remove();
  });

  function runJs(code: string) {
    writeFileSync(join(project, 'example.mjs'), code);
    // The history of the tests has a now of its own.
    const now = `data:text/javascript,Date.now = () => ${NOW};`;
    return spawnSync(process.execPath, ['--import', now, 'example.mjs'], { cwd: project, encoding: 'utf8' });
  }

  function typesOf(code: string): string {
    writeFileSync(join(project, 'example.mts'), code);
    const compilerOptions = {
      module: 'nodenext', target: 'es2022', lib: ['es2023', 'dom'], types: [], strict: true, exactOptionalPropertyTypes: true,
      noEmit: true,
    }; // prettier-ignore
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['example.mts'] }));
    return spawnSync(process.execPath, [TSC, '-p', '.'], { cwd: project, encoding: 'utf8' }).stdout;
  }

  it('prints with the example of the README what the README says', () => {
    const { code, output } = readmeExample();
    expect(code.split('\n').length).toBeLessThanOrEqual(12);
    expect(runJs(code)).toMatchObject({ status: 0, stderr: '', stdout: output });
  });

  it('has types for the example, strict ones', () => {
    expect(typesOf(readmeExample().code)).toBe('');
  });

  it('has types for questions, answers and errors, which hold without the packages that built it', () => {
    const code = `import { AppError, openHistory, type ErrorCode, type History, type PeriodReportAnswer } from 'longwatch';
      export async function main(): Promise<void> {
        try {
          using history: History = await openHistory('data/longwatch.db', { now: () => ${NOW} });
          const report: PeriodReportAnswer = history.report({ period: '2026-10', ids: ['api'] });
          const share: number | null = report.monitors[0]?.uptime ?? null;
          const results = history.results({ id: 'api', since: '1h', status: ['down'] });
          // @ts-expect-error -- no such status
          history.results({ id: 'api', status: ['broken'] });
          // @ts-expect-error -- an id is text
          history.monitor(7);
          console.log(share, results.next_cursor, history.slo().objectives.length, history.availability().groups.length);
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          const code: ErrorCode = error.code;
          console.log(code, error.hint);
        }
      }`;
    expect(typesOf(code)).toBe('');
  });

  it('throws errors with a code, and answers as often as it is asked', () => {
    const { stdout, stderr } = runJs(`import { AppError, openHistory } from 'longwatch';
      const codeOf = async (act) => { try { await act(); } catch (error) { return error instanceof AppError && error.code; } };
      const history = await openHistory('data/longwatch.db');
      console.log(await codeOf(() => openHistory('nowhere.db')), await codeOf(() => history.monitor('apj')));
      console.log(await codeOf(() => history.uptime({ window: 'x' })), await codeOf(() => history.report({ zone: 'Mars' })));
      console.log(history.monitor('api').name, history.uptime().monitors.length, history.monitors().monitors.length);
      history[Symbol.dispose]();
      console.log(await codeOf(() => import('longwatch/dist/query/history.js')), typeof history.monitors);`);
    expect(stderr).toBe('');
    expect(stdout).toBe(`db_missing monitor_not_found
bad_request bad_request
API <b>"x"</b> 7 7
false function
`);
  });

  it('comes with the declarations that describe it, and closes what is behind it', () => {
    const installed = join(project, 'node_modules/longwatch');
    const files = readdirSync(join(installed, 'dist'), { recursive: true }).map(String);
    expect(files).toContain('index.d.ts');
    expect(files.filter((name) => /^(?:cli|api|recorder|worker|net)\/.*\.d\.ts$/.test(name))).toEqual([]);
    expect(files.filter((name) => name.endsWith('.map'))).toEqual([]);
    const texts = files
      .filter((name) => name.endsWith('.d.ts'))
      .map((name) => readFileSync(join(installed, 'dist', name), 'utf8'));
    expect(texts.filter((text) => text.includes('better-sqlite3'))).toEqual([]);
  });
});
