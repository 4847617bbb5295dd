import type { JobPlace, StoredJob } from './stored-job.ts';

/**
 * A doubly linked list threaded through the jobs themselves, so that taking a job out of the middle costs nothing.
 * As in Redis, waiting and active jobs enter on the left and leave on the right: the rightmost is the oldest.
 */
export class JobList {
  readonly #place: JobPlace;
  #leftmost: StoredJob | undefined;
  #rightmost: StoredJob | undefined;
  #size = 0;

  constructor(place: JobPlace) {
    this.#place = place;
  }

  get size(): number {
    return this.#size;
  }

  get leftmost(): StoredJob | undefined {
    return this.#leftmost;
  }

  get rightmost(): StoredJob | undefined {
    return this.#rightmost;
  }

  addLeft(job: StoredJob): void {
    job.place = this.#place;
    job.left = undefined;
    job.right = this.#leftmost;
    if (this.#leftmost === undefined) this.#rightmost = job;
    else this.#leftmost.left = job;
    this.#leftmost = job;
    this.#size += 1;
  }

  addRight(job: StoredJob): void {
    job.place = this.#place;
    job.right = undefined;
    job.left = this.#rightmost;
    if (this.#rightmost === undefined) this.#leftmost = job;
    else this.#rightmost.right = job;
    this.#rightmost = job;
    this.#size += 1;
  }

  /** Takes out a job that is in this list. */
  remove(job: StoredJob): void {
    if (job.left === undefined) this.#leftmost = job.right;
    else job.left.right = job.right;
    if (job.right === undefined) this.#rightmost = job.left;
    else job.right.left = job.left;
    job.left = undefined;
    job.right = undefined;
    this.#size -= 1;
  }

  takeRight(): StoredJob | undefined {
    const job = this.#rightmost;
    if (job !== undefined) this.remove(job);
    return job;
  }

  /** All jobs from left to right. A snapshot: the list may be changed while going through it. */
  toArray(): StoredJob[] {
    const jobs: StoredJob[] = [];
    for (let job = this.#leftmost; job !== undefined; job = job.right) jobs.push(job);
    return jobs;
  }
}
