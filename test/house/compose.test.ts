import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readProjectFile } from './project.ts';

const compose: unknown = parse(readProjectFile('docker-compose.yml'), { merge: true });

/** The schema of the compose specification, as the package dclint carries it. */
function composeSpecification(): z.ZodType {
  const folder = dirname(createRequire(import.meta.url).resolve('dclint/package.json'));
  const schema = JSON.parse(readFileSync(join(folder, 'schemas/compose.schema.json'), 'utf8')) as object;
  // Its own name for draft-07 is not the one that zod knows.
  return z.fromJSONSchema({ ...schema, $schema: 'http://json-schema.org/draft-07/schema#' });
}

const healthcheck = z.object({ test: z.array(z.string()).min(2), interval: z.string(), timeout: z.string() });
const hardened = z.object({
  init: z.literal(true),
  restart: z.literal('unless-stopped'),
  stop_grace_period: z.literal('20s'),
  read_only: z.literal(true),
  tmpfs: z.tuple([z.literal('/tmp')]),
  cap_drop: z.tuple([z.literal('ALL')]),
  security_opt: z.tuple([z.literal('no-new-privileges:true')]),
  mem_limit: z.string(),
  pids_limit: z.int(),
  healthcheck,
  command: z.array(z.string()),
  networks: z.array(z.string()),
  environment: z.record(z.string(), z.string()).default({}),
  volumes: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.literal('service_healthy') })).default({}),
  ports: z.array(z.string()).default([]),
  container_name: z.undefined().optional(),
});
const promised = z.object({
  services: z.object({ redis: hardened, server: hardened, worker: hardened }),
  volumes: z.object({ data: z.null() }),
});

describe('docker-compose.yml', () => {
  const { services } = promised.parse(compose);

  test('is valid by the compose specification', () => {
    const schema = composeSpecification();
    expect(schema.safeParse(compose).error?.issues ?? []).toEqual([]);
    expect(schema.safeParse({ services: { server: { image: 'x', comand: ['serve'] } } }).success).toBe(false);
  });

  test('gives Redis an append-only file, no eviction and no way in from outside', () => {
    const words = services.redis.command.join(' ');
    expect(words).toContain('--appendonly yes');
    expect(words).toContain('--maxmemory-policy noeviction');
    expect(words).toContain('--hz 100');
    expect(services.redis.ports).toEqual([]);
    expect(services.redis.networks).toEqual(['queue']);
    expect(compose).toMatchObject({ networks: { queue: { internal: true } } });
  });

  test('publishes the API on this machine alone unless told otherwise', () => {
    expect(services.server.ports).toEqual(['${LONGWATCH_PUBLISH:-127.0.0.1:8080}:8080']);
  });

  test('lets workers be scaled: no port, no name of their own, and the volume for reading only', () => {
    expect(services.worker.ports).toEqual([]);
    expect(services.worker.command).toEqual(['serve', '--role', 'worker']);
    expect(services.worker.volumes.filter((volume) => !volume.endsWith(':ro'))).toEqual([]);
    expect(services.worker.depends_on).toHaveProperty('server');
  });

  test('shares the secret that the server writes beside its database', () => {
    expect(services.server.environment).toMatchObject({ LONGWATCH_DB: '/data/longwatch.db' });
    expect(services.server.environment).not.toHaveProperty('LONGWATCH_SECRET_FILE');
    expect(services.worker.environment).toMatchObject({ LONGWATCH_SECRET_FILE: '/data/longwatch.secret' });
  });

  test('tells the sample where Longwatch itself answers, seen from a worker', () => {
    expect(readProjectFile('longwatch.yaml')).toContain('${LONGWATCH_SELF_URL:-http://127.0.0.1:8080}/livez');
    expect(services.server.environment).toMatchObject({ LONGWATCH_SELF_URL: 'http://server:8080' });
  });
});
