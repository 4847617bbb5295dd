import type { Milliseconds } from '../duration.ts';

/** A service level objective: how much of a rolling window a target is to be up. */
export interface Objective {
  /** Percent, above 0 and at most 100. */
  readonly target: number;
  readonly window: Milliseconds;
}

/** When a group counts as down as a whole. */
export const GROUP_RULES = ['any_down', 'all_down', 'weighted'] as const;

/** `any_down`: as soon as one monitor is; `all_down`: when all are; `weighted`: by the share of monitors that are. */
export type GroupRule = (typeof GROUP_RULES)[number];

/** What is said of a group of monitors as a whole. */
export interface GroupSettings {
  readonly name: string;
  readonly objective: Objective | null;
  readonly rule: GroupRule;
}
