import { z } from 'zod';
import { fileSchema } from './file-schema.ts';

type Schema = z.core.JSONSchema.BaseSchema;

/** In the file, any value may come from `${…}`, whatever its type becomes. */
const INTERPOLATED = { type: 'string', pattern: '\\$\\{' } as const;

/** What a schema says about a value, as against what it says to people. */
const RULES = ['type', 'enum', 'const', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'] as const;

/** The JSON Schema (draft-07) of the file, for editors. */
export function configJsonSchema(): Schema {
  const schema = z.toJSONSchema(fileSchema, {
    target: 'draft-7',
    io: 'input',
    override({ jsonSchema }) {
      liftDescription(jsonSchema);
      allowInterpolation(jsonSchema);
    },
  });
  return { ...schema, title: 'longwatch.yaml', description: 'The configuration of Longwatch, an uptime monitor.' };
}

/** A value that may also be `null` is described where the key stands, not only inside. */
function liftDescription(schema: Schema): void {
  const described = schema.anyOf?.map((branch) => branch.description).filter((text) => text !== undefined) ?? [];
  if (schema.description === undefined && described.length === 1 && described[0] !== undefined) {
    schema.description = described[0];
  }
}

/** Widens what a plain value may be; the values of maps and lists are widened one by one. */
function allowInterpolation(schema: Schema): void {
  if (schema.anyOf !== undefined) return;
  if (schema.pattern !== undefined) {
    const open = `|${INTERPOLATED.pattern}`;
    // The same schema passes by once for each wrapper around it.
    if (!schema.pattern.endsWith(open)) schema.pattern += open;
    return;
  }
  const types = [schema.type ?? []].flat();
  const open = schema.enum === undefined && schema.const === undefined;
  const isText = types.includes('string') && open;
  const isScalar = types.some((type) => ['string', 'integer', 'number', 'boolean'].includes(type));
  if (isText || !isScalar) return;
  const strict: Schema = {};
  for (const rule of RULES) {
    Object.assign(strict, schema[rule] !== undefined && { [rule]: schema[rule] });
    delete schema[rule];
  }
  schema.anyOf = [strict, INTERPOLATED];
}
