import { z } from 'zod';

const reportSchema = z
  .object({
    at: z.iso.datetime().describe('When it came, RFC 3339, UTC'),
    kind: z.enum(['start', 'success', 'fail', 'log']),
    exit_status: z.int().nullable(),
    run: z.string().nullable().describe('The UUID of the run, when it was given one'),
    duration_ms: z.number().nullable().describe('How long the run took, when that is known'),
    message: z.string().nullable(),
    text: z.string().nullable().describe('What came along, at most 10 KB of it, without known secrets'),
  })
  .meta({ id: 'Report' });

/** The newest reports of a job. */
export const reportsSchema = z.object({ reports: z.array(reportSchema).describe('Newest first; 100 are kept') });
