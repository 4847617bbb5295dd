import { ErrorCode } from 'bullmq';

/** The operation and state BullMQ names in the message of a failed job operation. */
export interface JobOperation {
  readonly jobId: string;
  readonly command: string;
  /** The state the job should have been in. */
  readonly state?: string;
}

/** Those of BullMQ's codes that can happen without flows and job schedulers. */
export type JobErrorCode =
  | ErrorCode.JobNotExist
  | ErrorCode.JobLockNotExist
  | ErrorCode.JobLockMismatch
  | ErrorCode.JobNotInState;

/**
 * The error BullMQ's other stores give for a job that cannot be moved or changed, with the same words and the same
 * numeric `code`, because BullMQ's callers know them by these.
 */
export class JobOperationError extends Error {
  override readonly name = 'Error';
  readonly code: JobErrorCode;

  constructor(code: JobErrorCode, operation: JobOperation) {
    super(messageFor(code, operation));
    this.code = code;
  }
}

function messageFor(code: JobErrorCode, { jobId, command, state }: JobOperation): string {
  switch (code) {
    case ErrorCode.JobNotExist:
      return `Missing key for job ${jobId}. ${command}`;
    case ErrorCode.JobLockNotExist:
      return `Missing lock for job ${jobId}. ${command}`;
    case ErrorCode.JobLockMismatch:
      return `Lock mismatch for job ${jobId}. Cmd ${command} from ${state}`;
    case ErrorCode.JobNotInState:
      return `Job ${jobId} is not in the ${state} state. ${command}`;
  }
}
