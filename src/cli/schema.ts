import type { Command } from 'commander';

/** `longwatch schema`: prints the JSON Schema of the configuration file. */
export function addSchemaCommand(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema (draft-07) of the configuration file, for editors')
    .addHelpText('after', '\nExample:\n  longwatch schema > longwatch.schema.json')
    .action(async () => {
      const { configJsonSchema } = await import('../config/json-schema.ts');
      process.stdout.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
    });
}
