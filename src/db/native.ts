import type BetterSqlite3 from 'better-sqlite3';
import { AppError, toError } from '../core/errors.ts';

/** An open connection. Used inside one thread only, and never on the event loop that times probes. */
export type Database = BetterSqlite3.Database;

/** A prepared statement, with the parameters it takes and the row it gives. */
export type Statement<Parameters extends unknown[] = unknown[], Row = unknown> = BetterSqlite3.Statement<
  Parameters,
  Row
>;

/** The constructor of connections. */
export type SqliteDriver = typeof BetterSqlite3;

/**
 * Loads the native driver when it is first needed, so that commands that only talk to a server or the network work
 * where it was not built. Throws `native_module_missing` with the cure.
 */
export async function loadSqlite(): Promise<SqliteDriver> {
  try {
    const { default: driver } = await import('better-sqlite3');
    // The package loads everywhere; its native part only with the first connection.
    const keeping = keepingDriver(driver);
    new keeping(':memory:').close();
    return keeping;
  } catch (thrown) {
    throw new AppError('native_module_missing', `SQLite cannot be loaded: ${firstLine(thrown)}`, {
      hint: 'Run "npm rebuild better-sqlite3", or install with "npm i -g --allow-scripts=better-sqlite3 longwatch".',
      cause: thrown,
    });
  }
}

/**
 * The driver, with connections that keep themselves and their statements for as long as the thread lives, closed or not.
 *
 * From 24.19 on Node's ObjectWrap, which better-sqlite3 12 is built on, ends the process when one of its objects is
 * collected as garbage: its destructor asks for the environment, of which there is none during a collection. What is never
 * garbage is never collected. So the same SQL gives the same statement, and nothing here may `iterate()`.
 */
function keepingDriver(driver: SqliteDriver): SqliteDriver {
  const connections: Database[] = [];
  class KeepingDatabase extends driver {
    readonly #statements = new Map<string, Statement>();
    readonly #pragmas: Statement[] = [];

    constructor(...options: ConstructorParameters<SqliteDriver>) {
      super(...options);
      connections.push(this);
    }

    // `never` suits every signature that the declared method has; what it returns is as typed as ever.
    override prepare(sql: string): never {
      const statement = this.#statements.get(sql) ?? this.#prepareOnce(sql);
      this.#statements.set(sql, statement);
      return statement as never;
    }

    // Not from the statements kept by their SQL: some pragmas take effect when they are prepared, each time anew.
    override pragma(source: string, options?: BetterSqlite3.PragmaOptions): unknown {
      const statement = this.#prepareOnce(`PRAGMA ${source}`);
      this.#pragmas.push(statement);
      if (!statement.reader) {
        statement.run();
        return undefined;
      }
      return options?.simple === true ? statement.pluck().get() : statement.all();
    }

    #prepareOnce(sql: string): Statement {
      return super.prepare(sql);
    }
  }
  // The same class but for what it keeps; the declared one has call signatures that a class expression cannot have.
  return KeepingDatabase as unknown as SqliteDriver;
}

function firstLine(thrown: unknown): string {
  return toError(thrown).message.split('\n', 1)[0] ?? '';
}
