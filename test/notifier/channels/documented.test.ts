import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { CHANNEL_TYPES, channelSchema, parseChannel } from '../../../src/core/channel/channel.ts';
import { TEMPLATE_FIELDS } from '../../../src/core/channel/template.ts';

const PAGE = readFileSync(new URL('../../../docs/channels.md', import.meta.url), 'utf8');

/** What every channel, or every one over HTTP, has. */
const SHARED = new Set(['id', 'type', 'enabled', 'tls', 'proxy']);

interface Branch {
  readonly properties: Readonly<Record<string, { readonly const?: unknown }>>;
  readonly required: readonly string[];
}

const schema = z.toJSONSchema(channelSchema, { target: 'draft-7', io: 'input' }) as { anyOf: readonly Branch[] };

function sectionOf(type: string): string {
  return PAGE.split(/^###? /m).find((section) => section.startsWith(`\`${type}\``)) ?? '';
}

describe('docs/channels.md', () => {
  it('has a section for each type, and no others', () => {
    const headings = [...PAGE.matchAll(/^### `(\w+)`$/gm)].map(([, type]) => type);
    expect(headings).toEqual([...CHANNEL_TYPES]);
  });

  it.each(CHANNEL_TYPES)('has every key of %s, and says which are required', (type) => {
    const branch = schema.anyOf.find(({ properties }) => properties['type']?.const === type);
    const rows = new Map(
      [...sectionOf(type).matchAll(/^\| `(\w+)`\s*\|(.*)$/gm)].map(([, key = '', row = '']) => [key, row]),
    );
    const own = Object.keys(branch?.properties ?? {}).filter((key) => !SHARED.has(key));
    expect([...rows.keys()].filter((key) => !SHARED.has(key)).sort()).toEqual(own.sort());
    const required = own.filter((key) => rows.get(key)?.includes('required'));
    expect(required).toEqual(own.filter((key) => branch?.required.includes(key)));
  });

  it.each(CHANNEL_TYPES)('has an example of %s that is right', (type) => {
    const written = /```yaml\n([\s\S]*?)```/.exec(sectionOf(type))?.[1] ?? '';
    const [channel] = parse(written) as unknown[];
    expect(parseChannel(channel)).toMatchObject({ value: { type } });
  });

  it('has every field of templates', () => {
    for (const field of TEMPLATE_FIELDS) expect(sectionOf('webhook')).toContain(`\`${field}\``);
  });
});
