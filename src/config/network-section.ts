import { isIP } from 'node:net';
import { z } from 'zod';
import { type AddressRange, formatAddressRange, parseAddressRange } from '../core/address-range.ts';
import { listOf, orOff, refuse } from '../core/monitor/fields.ts';
import type { Endpoint } from '../core/monitor/network.ts';
import { referenceField, resolver } from '../core/monitor/network-fields.ts';
import { suggesters } from '../core/schema-problems.ts';

const MOST_RANGES = 1000;
const MOST_RESOLVERS = 5;
const MOST_REFERENCES = 20;

/** Addresses of operators that have nothing to do with each other, by both versions of IP. */
const USUAL_REFERENCES = ['1.1.1.1:443', '8.8.8.8:443', '9.9.9.9:443', '[2620:fe::fe]:443'];

const massFailure = z.strictObject({
  share: z.number().gt(0).max(1).default(0.5).meta({
    description: 'The share of the checks of ten seconds that must fail, above 0, at most 1.',
  }),
  at_least: z.int().min(2).max(10_000).default(5).meta({ description: 'And how many at least, 2 to 10000.' }),
});

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
  /** Who is asked, after a failure of the network, whether we are cut off ourselves; `null` asks nobody. */
  readonly references: readonly Endpoint[] | null;
  /** When so many checks fail together, references are asked anew; `null` never does. `share` is above 0, at most 1. */
  readonly mass_failure: { readonly share: number; readonly at_least: number } | null;
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
    references: orOff(
      listOf(referenceField, MOST_REFERENCES).refine((list) => list.length > 0, 'must not be empty; off asks nobody'),
      'must be off, or addresses such as [1.1.1.1:443, 9.9.9.9:443]',
    )
      .prefault(USUAL_REFERENCES)
      .meta({
        description:
          'Addresses with ports that are connected to after a failure of the network, to tell whether we are cut off ourselves; off asks nobody.',
      }),
    mass_failure: orOff(massFailure, 'must be off, or a map with share and at_least')
      .prefault({})
      .meta({ description: 'When so many checks fail together that the references are asked anew; off for never.' }),
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
