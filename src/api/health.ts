import { z } from 'zod';
import { VERSION } from '../core/version.ts';
import type { ApiInstance } from './instance.ts';

/** Whether one part of the program works, with a word for people. */
export interface Health {
  readonly ok: boolean;
  readonly detail: string;
}

/** Asked by /readyz; each answers within about two seconds, whatever is down. */
export type Readiness = Readonly<Record<'queue' | 'database' | 'scheduler' | 'notifications', () => Promise<Health>>>;

const healthSchema = z.object({ ok: z.boolean(), detail: z.string() });
const readinessSchema = z
  .object({
    ok: z.boolean(),
    queue: healthSchema,
    database: healthSchema,
    scheduler: healthSchema,
    notifications: healthSchema,
  })
  .meta({ id: 'Readiness' });

/**
 * `/livez`: this process answers. `/readyz`: queue, database and scheduler do their work, and people can be told; 503 when
 * one of that does not hold.
 */
export function healthRoutes(app: ApiInstance, readiness: Readiness): void {
  const livez = z.object({ ok: z.literal(true), version: z.string() });
  app.get(
    '/livez',
    { schema: { tags: ['health'], summary: 'Whether the process is alive', response: { 200: livez } } },
    () => ({ ok: true as const, version: VERSION }),
  );
  app.get(
    '/readyz',
    {
      schema: {
        tags: ['health'],
        summary: 'Whether queue, database and scheduler work, and people can be told',
        response: { 200: readinessSchema, 503: readinessSchema },
      },
    },
    async (_request, reply) => {
      const [queue, database, scheduler, notifications] = await Promise.all([
        readiness.queue(),
        readiness.database(),
        readiness.scheduler(),
        readiness.notifications(),
      ]);
      const ok = queue.ok && database.ok && scheduler.ok && notifications.ok;
      return reply.code(ok ? 200 : 503).send({ ok, queue, database, scheduler, notifications });
    },
  );
}
