import type { Command } from 'commander';
import { addCheckCommand } from './check.ts';
import { addDbCommand } from './db.ts';
import { addExportCommand } from './export.ts';
import { addHealthcheckCommand } from './healthcheck.ts';
import { addImportCommand } from './import.ts';
import { addPushCommand } from './push.ts';
import { addServeCommand } from './serve.ts';
import { addSchemaCommand } from './schema.ts';
import { addValidateCommand } from './validate.ts';
import { addShowCommand } from './show.ts';
import { addStatusCommand } from './status.ts';
import { addSloCommand } from './slo.ts';
import { addAvailabilityCommand } from './availability.ts';
import { addReportCommand } from './report.ts';
import { addInsightsCommand } from './insights.ts';
import { addUptimeCommand } from './uptime.ts';
import { addResultsCommand } from './results.ts';
import { addLatencyCommand } from './latency.ts';
import { addSeriesCommand } from './series.ts';
import { addLsCommand } from './ls.ts';
import { addChannelsCommand } from './channels.ts';
import { addIncidentCommand } from './incident.ts';
import { addIncidentsCommand } from './incidents.ts';
import { addMaintenanceCommand } from './maintenance.ts';
import { addNotificationsCommand } from './notifications.ts';
import { addNotifyCommand } from './notify.ts';
import { addStormsCommand } from './storms.ts';
import { emptyProgram } from './run-program.ts';

/**
 * The command line. Each command is one file that declares its options at once and loads what it needs only when it
 * runs, so that `longwatch check` starts without the database, the queue and the server.
 */
export function buildProgram(): Command {
  const program = emptyProgram();
  addServeCommand(program);
  addCheckCommand(program);
  addPushCommand(program);
  addHealthcheckCommand(program);
  addValidateCommand(program);
  addSchemaCommand(program);
  addStatusCommand(program);
  addShowCommand(program);
  addIncidentsCommand(program);
  addIncidentCommand(program);
  addStormsCommand(program);
  addMaintenanceCommand(program);
  addNotificationsCommand(program);
  addChannelsCommand(program);
  addNotifyCommand(program);
  addUptimeCommand(program);
  addSloCommand(program);
  addAvailabilityCommand(program);
  addInsightsCommand(program);
  addResultsCommand(program);
  addLatencyCommand(program);
  addSeriesCommand(program);
  addReportCommand(program);
  addLsCommand(program);
  addExportCommand(program);
  addImportCommand(program);
  addDbCommand(program);
  return program;
}
