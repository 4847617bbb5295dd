import type { GroupSettings } from '../core/history/objective.ts';
import type { Database, Statement } from '../db/native.ts';

/** What the configuration says of groups as a whole; groups of which it says nothing have no row. */
export class GroupTable {
  readonly #clear: Statement<[]>;
  readonly #add: Statement<[name: string, rule: string, target: number | null, window: number | null]>;

  constructor(database: Database) {
    this.#clear = database.prepare('DELETE FROM group_settings');
    this.#add = database.prepare(
      'INSERT INTO group_settings (name, rule, slo_target, slo_window_ms) VALUES (?, ?, ?, ?)',
    );
  }

  /** Makes the table say what is configured, within a transaction of the caller. */
  sync(groups: readonly GroupSettings[]): void {
    this.#clear.run();
    for (const { name, rule, objective } of groups) {
      this.#add.run(name, rule, objective?.target ?? null, objective?.window ?? null);
    }
  }
}
