import { workerData } from 'node:worker_threads';
import { answerCalls } from '../db/thread-methods.ts';
import { openHistoryFile, type HistoryFile } from './history-file.ts';
import type { AnswerTo, QuestionName, QuestionOf } from './questions.ts';

/** What a reader thread is started with. */
export interface ReaderThreadData {
  readonly path: string;
}

/** One question by name. */
export type NamedQuestion = {
  [Name in QuestionName]: { readonly name: Name; readonly question: QuestionOf<Name> };
}[QuestionName];

/** What can be asked of a reader thread. */
// A type, not an interface: only a type has the index signature that ThreadMethods asks for.
export type ReaderThreadMethods = {
  readonly open: (argument: null) => Promise<void>;
  readonly ask: (argument: NamedQuestion) => AnswerTo<QuestionName>;
};

const { path } = workerData as ReaderThreadData;
let history: HistoryFile | undefined;

const methods: ReaderThreadMethods = {
  open: async () => {
    history = await openHistoryFile(path);
  },
  ask: ({ name, question }) => {
    if (history === undefined) throw new Error('the database was not opened yet');
    return history.ask(name, question);
  },
};

answerCalls(methods);
