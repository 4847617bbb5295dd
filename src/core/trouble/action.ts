import type { MonitorMatch } from '../notify/match.ts';

/** What a user can do about trouble. `by` is who did it, as far as that is known: `api`, `cli`, `link`, a name. */
export type TroubleAction =
  | { readonly do: 'acknowledge'; readonly incident: number; readonly by: string; readonly note: string | null }
  | { readonly do: 'note'; readonly incident: number; readonly by: string; readonly text: string }
  | { readonly do: 'resolve'; readonly incident: number; readonly by: string; readonly note: string | null }
  /** `until`: ms since the epoch; `null` ends a silence. */
  | { readonly do: 'silence'; readonly incident: number; readonly by: string; readonly until: number | null }
  | {
      readonly do: 'start_maintenance';
      readonly name: string;
      readonly for: MonitorMatch;
      /** ms since the epoch. */
      readonly start: number;
      readonly end: number;
      readonly by: string;
    }
  /** `plan`: the id of maintenance that was begun by hand; what runs by plan of the file is ended in the file. */
  | { readonly do: 'end_maintenance'; readonly plan: string; readonly by: string }
  /** Sends a message again that was given up. */
  | { readonly do: 'resend'; readonly notification: number; readonly by: string };

/** What became of an action; it is committed. */
export interface ActionReceipt {
  /** Whether it changed anything: what was done already is no error. */
  readonly changed: boolean;
  /** The incident, the id of the maintenance or the number of the notification. */
  readonly subject: number | string;
}
