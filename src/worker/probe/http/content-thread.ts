import { parentPort } from 'node:worker_threads';
import { toError } from '../../../core/errors.ts';
import type { ContentAnswer } from './content-judge.ts';
import { type Content, judgeContent } from './judge-content.ts';

// Judges one body after the other, until it is ended from outside.
parentPort?.on('message', (content: Content) => {
  parentPort?.postMessage(answer(content));
});

function answer(content: Content): ContentAnswer {
  try {
    return { findings: judgeContent(content) };
  } catch (thrown) {
    return { error: toError(thrown).message };
  }
}
