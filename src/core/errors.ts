/**
 * Every error a user can cause, with the exit status of the command line. The codes are stable: scripts may rely on
 * them, and docs/errors.md explains each one (a test keeps the two in step).
 */
export const ERROR_CODES = {
  usage: { exit: 2 },
  config_not_found: { exit: 3 },
  config_unreadable: { exit: 3 },
  config_invalid: { exit: 3 },
  secret_missing: { exit: 3 },
  db_missing: { exit: 4 },
  db_unopenable: { exit: 4 },
  db_not_a_database: { exit: 4 },
  db_foreign: { exit: 4 },
  db_newer: { exit: 4 },
  db_outdated: { exit: 4 },
  db_migration_changed: { exit: 4 },
  db_read_only: { exit: 4 },
  db_locked: { exit: 4 },
  db_in_use: { exit: 4 },
  db_corrupt: { exit: 4 },
  db_full: { exit: 4 },
  listen_in_use: { exit: 4 },
  listen_refused: { exit: 4 },
  redis_unreachable: { exit: 4 },
  redis_unsuitable: { exit: 4 },
  server_unreachable: { exit: 4 },
  server_answer: { exit: 4 },
  too_many_reports: { exit: 4 },
  not_authorised: { exit: 5 },
  not_allowed: { exit: 5 },
  monitor_not_found: { exit: 2 },
  bad_request: { exit: 2 },
  not_found: { exit: 2 },
  file_unreadable: { exit: 2 },
  file_unwritable: { exit: 2 },
  file_exists: { exit: 2 },
  import_invalid: { exit: 2 },
  backup_unusable: { exit: 4 },
  output_failed: { exit: 70 },
  native_module_missing: { exit: 70 },
  queue_unsupported: { exit: 70 },
  internal: { exit: 70 },
} as const satisfies Record<string, { exit: number }>;

export type ErrorCode = keyof typeof ERROR_CODES;

export interface AppErrorOptions {
  /** What to do about it, one sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** An error that leaves a room: a stable code, a message that says what is wrong and where, and a hint what to do. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }

  /** The exit status of a command that ends with this error. */
  get exitStatus(): number {
    return ERROR_CODES[this.code].exit;
  }
}

/** Turns whatever was thrown into an `Error`, keeping it as the cause when it was not one. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
}

/** The `code` of a Node or SQLite error when it is a string (`ECONNREFUSED`), else `undefined`. */
export function errorCode(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}
