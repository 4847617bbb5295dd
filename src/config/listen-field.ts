import { z } from 'zod';
import { suggesters } from '../core/schema-problems.ts';

/** An address to listen on: `host:port`, `[::1]:port`, or `:port` for every IPv4 address of the machine. */
export function listenField() {
  return z
    .string()
    .meta({
      pattern: '^([^\\s:/@]*|\\[[0-9a-fA-F:.]+\\]):[0-9]{1,5}$',
      examples: ['0.0.0.0:8080', ':8080', '[::1]:8080'],
    })
    .transform((text, context) => {
      const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]*)):(\d{1,5})$/i.exec(text.trim());
      const port = Number(match?.[3]);
      if (match !== null && port <= 65_535) return { host: (match[1] ?? match[2]) || '0.0.0.0', port };
      const message =
        match === null
          ? 'must be an address to listen on, such as 127.0.0.1:8080, [::1]:8080 or :8080'
          : 'must have a port from 0 to 65535';
      context.issues.push({ code: 'custom', input: text, message });
      return z.NEVER;
    })
    .register(suggesters, { suggest: suggestListen });
}

function suggestListen(input: unknown): string | undefined {
  const text = String(input).trim();
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return `127.0.0.1:${text}`;
  const url = /^https?:\/\/([^/]+:\d{1,5})\/?$/.exec(text);
  if (url !== null) return url[1];
  return /^[a-z0-9.-]+$/i.test(text) && /[a-z.]/i.test(text) ? `${text}:8080` : undefined;
}
