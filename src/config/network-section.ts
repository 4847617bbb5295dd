import { isIP } from 'node:net';
import { z } from 'zod';
import { type AddressRange, formatAddressRange, parseAddressRange } from '../core/address-range.ts';
import { listOf, refuse } from '../core/monitor/fields.ts';
import type { Endpoint } from '../core/monitor/network.ts';
import { resolver } from '../core/monitor/network-fields.ts';
import { suggesters } from '../core/schema-problems.ts';

const MOST_RANGES = 1000;
const MOST_RESOLVERS = 5;

const anyRange = z
  .codec(z.string().meta({ examples: ['10.0.0.0/8', '192.0.2.1', 'fd00::/8'] }), z.custom<AddressRange>(), {
    decode(text, context) {
      const range = parseAddressRange(text);
      return 'message' in range ? refuse(context, text, range.message) : range;
    },
    encode: formatAddressRange,
  })
  .register(suggesters, { suggest: suggestRange });

function suggestRange(input: unknown): string | undefined {
  const range = typeof input === 'string' ? parseAddressRange(input) : undefined;
  return range !== undefined && 'message' in range ? (range.suggestion ?? undefined) : undefined;
}

const rangeOfAllPorts = anyRange
  .refine(({ port }) => port === null, 'must be without a port: an address is allowed with all its ports')
  .register(suggesters, { suggest: suggestRange });

/** A name could only be looked up by asking a name server. */
const nameServer = resolver.refine(
  ({ host }) => isIP(host) !== 0,
  'must be the address of a name server, not its name',
);

/** What may be dialled, and who is asked for names. */
export interface NetworkSection {
  /** `null`: monitors of the file may dial private addresses, nobody else. */
  readonly allow_private: boolean | null;
  readonly deny: readonly AddressRange[];
  readonly allow: readonly AddressRange[];
  /** The name servers to ask instead of the look-up of this machine; `null` for that one. */
  readonly resolver: readonly Endpoint[] | null;
}

/** The section `network` of the file. */
export const networkSection = z
  .strictObject({
    allow_private: z.boolean().nullable().default(null).meta({
      description:
        'Whether private and loopback addresses may be dialled. When left out, monitors of this file may and nobody else.',
    }),
    deny: listOf(anyRange, MOST_RANGES).prefault([]).meta({
      description: 'Addresses and ranges that are never dialled; 127.0.0.1:6379 denies one port alone.',
    }),
    allow: listOf(rangeOfAllPorts, MOST_RANGES).prefault([]).meta({
      description:
        'Private addresses and ranges that may be dialled in any case; link-local and metadata addresses one by one.',
    }),
    resolver: listOf(nameServer, MOST_RESOLVERS)
      .refine((list) => list.length > 0, 'must not be empty')
      .nullable()
      .default(null)
      .meta({
        description:
          'Name servers to ask instead of the look-up of this machine; /etc/hosts and search domains do not count then.',
      }),
  })
  .prefault({})
  .meta({ description: 'What may be dialled, and who is asked for names.' });

/** Whether private addresses may be dialled, as the environment says it. */
export const allowPrivateField = z
  .enum(['true', 'false'])
  .transform((text) => text === 'true')
  .register(suggesters, {
    suggest: (input) =>
      /^(?:1|yes|on)$/i.test(String(input)) ? 'true' : /^(?:0|no|off)$/i.test(String(input)) ? 'false' : undefined,
  });
