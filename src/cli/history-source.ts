import type { HistoryQuestions } from '../query/history.ts';

/** Where answers come from: a database file or a server. Both give the same, and answer later. */
export type HistorySource = {
  readonly [Question in keyof HistoryQuestions]: (
    ...request: Parameters<HistoryQuestions[Question]>
  ) => Promise<ReturnType<HistoryQuestions[Question]>>;
} & {
  close(): void;
};
