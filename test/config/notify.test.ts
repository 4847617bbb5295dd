import { mkdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadSettings, loadWorkerSettings } from '../../src/config/load-settings.ts';
import { NO_NOTIFY } from '../../src/core/notify/settings.ts';
import { aFolder } from '../support/longwatch.ts';

let folder: ReturnType<typeof aFolder>;
let cwd: string;

beforeEach(() => {
  folder = aFolder();
  cwd = folder.path;
});
afterEach(() => folder.remove());

/** The lines that a refusal of the file begins its problems with. */
function problemsOf(file: string, env: Record<string, string> = {}): string[] {
  try {
    loadSettings({ file, env, cwd });
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown;
    return thrown.message.split('\n').filter((line) => / (?:error|warning): /.test(line));
  }
  return [];
}

describe('what a file says of telling people', () => {
  const conf = (name: string, text: string) => {
    mkdirSync(`${cwd}/conf.d`, { recursive: true });
    folder.write(`conf.d/${name}`, text);
  };

  it('joins channels, policies, maintenance and reports, and places what is wrong in the file where it stands', () => {
    conf(
      'a.yaml',
      `channels: [{ id: one, type: webhook, url: https://a.example }]
policies: [{ id: one, tell: one }]
maintenance: [{ name: Work, days: sun, at: "03:00", duration: 1h }]
reports: [{ every: day, tell: one }]
monitors: [https://a.example]
`,
    );
    conf(
      'b.yaml',
      `channels: [{ id: two, type: webhook, url: https://a.example }]
policies:
  - { id: two, tell: two }
  - { id: one, tell: thre }
maintenance: [{ name: Work, days: sun, duration: 1h }]
reports: [{ every: day, tell: [two, one] }]
`,
    );
    expect(problemsOf('conf.d')).toEqual([
      'conf.d/b.yaml:4:11: error: this id is already that of the one in conf.d/a.yaml on line 2  (policies.2.id)',
      'conf.d/b.yaml:4:22: error: no channel has this id; there are "one", "two"  (policies.2.tell)',
      'conf.d/b.yaml:5:15: error: at is missing: when it begins on those days  (maintenance.1.at)',
      'conf.d/b.yaml:6:11: error: this would have the same id as the one in conf.d/a.yaml on line 4; give it an id of its own  (reports.1)',
    ]);
  });

  it('is read anew each time: a program that is no longer allowed is refused', () => {
    const channels = 'channels: [{ id: page, type: exec, command: [page] }]\nmonitors: []\n';
    folder.write('longwatch.yaml', `notifications: { exec: true }\n${channels}`);
    expect(problemsOf('longwatch.yaml')).toEqual([]);
    folder.write('longwatch.yaml', channels);
    expect(problemsOf('longwatch.yaml')).toEqual([
      'longwatch.yaml:1:30: error: programs may not be started; "notifications: { exec: true }" in this file allows it  (channels.0.type)',
    ]);
  });

  it('shows no secret of a channel or of the server where something is wrong', () => {
    folder.write(
      'longwatch.yaml',
      `server: { api_token: "\${TOKEN}", heartbeat_url: "hc.example/\${TOKEN}" }
channels:
  - { id: a, type: webhook, url: "hooks.example/\${TOKEN}" }
  - id: b
    type: email
    host: mail.example
    from: a@example.com
    to: b@example.com
    username: hunter
    password: ["hunter22-hunter22"]
monitors: []
`,
    );
    let text = '';
    try {
      loadSettings({ env: { TOKEN: 'correct-horse-battery' }, cwd });
    } catch (thrown) {
      text = String(thrown);
    }
    expect(text).toContain('3 problems');
    expect(text).not.toMatch(/hunter22|correct-horse/);
  });

  it.each([
    ['a mistake beside the secret', 'channels:\n  - { id: a, type: slac, url: https://h.example/S3cr3t-word }\n'],
    ['a key that is mistyped', 'channels:\n  - id: a\n    type: telegram\n    chat_id: 1\n    tokn: S3cr3t-word\n'],
    ['a blank that is missing', 'channels:\n  - id: a\n    type: slack\n    url:https://h.example/S3cr3t-word\n'],
    ['a value without a key', 'channels: [{ id: a, type: slack, https://h.example/S3cr3t-word }]\n'],
    ['a list of secrets', 'channels:\n  - id: a\n    type: webhook\n    secret:\n      - [S3cr3t-word]\n'],
    ['a brace that is not closed', 'channels:\n  - { id: a, type: slack, url: "https://h.example/S3cr3t-word"\n'],
    ['a second colon', 'channels:\n  - id: a\n    password: S3cr3t-word: b\n'],
    ['what looks like an alias', 'channels:\n  - id: a\n    type: slack\n    url: *S3cr3t-word\n'],
    ['what looks like a tag', 'channels:\n  - id: a\n    type: slack\n    url: !S3cr3t-word x\n'],
    ['a tab', 'channels:\n  - id: a\n\tpassword: S3cr3t-word\n'],
    ['a key given twice', 'channels:\n  - { id: a, type: gotify, token: x, token: S3cr3t-word }\n'],
    ['a file in braces', '{ "channels": [{ "id": "a", "type": "slac", "url": "https://h.example/S3cr3t-word" }] }'],
    ['a section in braces', 'server: { listen: 0, api_token: S3cr3t-word-S3cr3t-word }\n'],
    ['an address with a password', 'server: { public_url: "http://ops:S3cr3t-word@h.example" }\n'],
    ['a monitor with a password', 'monitors: [{ url: "http://ops:S3cr3t-word@h.example", intervall: 5 }]\n'],
    [
      'a monitor with a token',
      'monitors: [{ url: "http://u:S3cr3t-word@h.example/?a=b&token=S3cr3t-word", intervall: 5 }]\n',
    ],
    ['a monitor in braces', 'monitors: [{ url: a.example, intervall: 5, auth: { bearer: S3cr3t-word } }]\n'],
  ])('shows no secret by %s', (_what, text) => {
    folder.write('longwatch.yaml', text);
    const read = () => loadSettings({ env: {}, cwd });
    expect(read).toThrow(/error: /);
    expect(read).not.toThrow(/S3cr3t-word/);
  });

  it.each<[string, number]>([
    ['{ public_url: "https://watch.example" }', 1],
    ['{ public_url: "http://watch.example" }', 1],
    ['{ public_url: "http://watch.example:8080" }', 0],
    ['{ public_url: "http://watch.example", listen: ":80" }', 0],
    ['{ public_url: "https://watch.example", api_token: "a-token-that-is-long-enough" }', 0],
    ['{}', 0],
  ])('asks for a token where a proxy stands before the server: %s', (server, warnings) => {
    folder.write('longwatch.yaml', `server: ${server}\nmonitors: [https://a.example]\n`);
    expect(loadSettings({ env: {}, cwd }).warnings.filter((line) => /set api_token too/.test(line))).toHaveLength(
      warnings,
    );
  });

  it.each(['sixteen letters and', 'sixteen-l\u00e4tters-and'])('refuses a token that no header brings: %s', (token) => {
    folder.write('longwatch.yaml', `server: { api_token: "${token}" }\nmonitors: [https://a.example]\n`);
    expect(problemsOf('longwatch.yaml')).toEqual([
      'longwatch.yaml:1:22: error: api_token must hold letters, digits and signs of ASCII only  (server.api_token)',
    ]);
  });

  it('points at the mistake in a line whose values are hidden', () => {
    folder.write('longwatch.yaml', 'channels:\n  - { url: https://h.example/S3cr3t-word, id: a, type: slac }\n');
    expect(() => loadSettings({ env: {}, cwd })).toThrow(
      `\n  2 |   - { url: …, id: a, type: slac }\n    |${' '.repeat(28)}^\n`,
    );
  });

  it('looks neither at channels nor at policies, whose variables it need not have', () => {
    folder.write(
      'longwatch.yaml',
      `redis: { url: "redis://queue.example" }
channels: [{ id: ops, type: webhook, url: "\${HOOK_URL}" }]
policies: [{ id: all, tell: nobody }]
maintenance: [{ name: Work }]
reports: [{ tell: nobody }]
notifications: { exec: false }
network: { references: 192.0.2.1:443 }
`,
    );
    const { channels, notify, network } = loadWorkerSettings({ env: {}, cwd });
    expect({ channels, notify }).toEqual({ channels: [], notify: NO_NOTIFY });
    expect(network.references).toEqual([{ host: '192.0.2.1', port: 443 }]);
  });

  it('finds a misspelt parent of thousands of monitors', () => {
    const entries = Array.from(
      { length: 5000 },
      (_, n) => `  - { id: m${n}, url: "https://a.example/", depends_on: edeg }\n`,
    );
    folder.write('longwatch.yaml', `monitors:\n  - { id: edge, url: "https://a.example" }\n${entries.join('')}`);
    const problems = problemsOf('longwatch.yaml');
    expect(problems[0]).toContain('no monitor has this id; did you mean "edge"?');
  });

  it('finds its way through a long chain of dependencies', () => {
    const entry = (n: number, of: string) => `  - { id: m${n}, url: "https://a.example/", depends_on: ${of} }\n`;
    const chain = Array.from({ length: 5000 }, (_, n) => entry(n, n === 4999 ? '[]' : `m${n + 1}`));
    folder.write('longwatch.yaml', `monitors:\n${chain.join('')}`);
    expect(problemsOf('longwatch.yaml')).toEqual([]);
    folder.write('longwatch.yaml', `monitors:\n${chain.join('').replace('[]', 'm0')}`);
    expect(problemsOf('longwatch.yaml')).toEqual([
      expect.stringContaining('this makes a circle of dependencies: m0 -> m1 -> m2 -> m3 -> … -> m0'),
    ]);
  });
});
