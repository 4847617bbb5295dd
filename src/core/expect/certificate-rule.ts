import { z } from 'zod';
import type { Milliseconds } from '../duration.ts';
import { durationField, judged } from '../monitor/fields.ts';
import { textRuleField } from './text-fields.ts';
import type { TextRule } from './text-rule.ts';

/** What the certificate of a target must be. */
export interface CertificateRule {
  /** It must stay valid for at least so long. */
  readonly expires_in?: Milliseconds | undefined;
  /** The target is degraded when it stays valid for less than this. */
  readonly warn_in?: Milliseconds | undefined;
  readonly issuer?: TextRule | undefined;
  readonly subject?: TextRule | undefined;
  /** SHA-256 of the certificate, as 64 hexadecimal digits in upper case; any of these. */
  readonly fingerprint?: readonly string[] | undefined;
}

const YEARS_10: Milliseconds = 3650 * 86_400_000;

const fingerprint = z
  .string()
  .check(
    judged((text: string) =>
      digits(text).length === 64 ? undefined : 'must be a SHA-256 fingerprint: 64 hexadecimal digits',
    ),
  );
const fingerprints = z.codec(
  z.union([fingerprint, z.array(fingerprint).min(1).max(20)]),
  z.custom<readonly string[]>(),
  {
    decode: (input) => (Array.isArray(input) ? input : [input]).map(digits),
    encode: (list) => (list.length === 1 && list[0] !== undefined ? list[0] : [...list]),
  },
);

/** The digits of a fingerprint, whatever stands between them. */
export function digits(text: string): string {
  return /^[0-9a-f:\s]*$/i.test(text) ? text.replaceAll(/[:\s]/g, '').toUpperCase() : '';
}

export const certificateRuleField = z.strictObject({
  expires_in: durationField(1, YEARS_10)
    .optional()
    .meta({ description: 'How long the whole chain must stay valid at least; the target is down when it does not.' }),
  warn_in: durationField(1, YEARS_10)
    .optional()
    .meta({ description: 'As expires_in, but the target is degraded instead of down.' }),
  issuer: textRuleField('contains').optional().meta({ description: 'Who must have issued it.' }),
  subject: textRuleField('contains').optional().meta({ description: 'Whom it must be for.' }),
  fingerprint: fingerprints.optional().meta({ description: 'Its SHA-256 fingerprint, or a list of allowed ones.' }),
});
