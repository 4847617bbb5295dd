import type { JobPlace, StoredJob } from './stored-job.ts';

/**
 * A binary heap of jobs by rank, then tie break, lowest first. Each job knows its index, so that any of them can be
 * taken out in O(log n).
 */
export class JobHeap {
  readonly #place: JobPlace;
  readonly #jobs: StoredJob[] = [];

  constructor(place: JobPlace) {
    this.#place = place;
  }

  get size(): number {
    return this.#jobs.length;
  }

  get first(): StoredJob | undefined {
    return this.#jobs[0];
  }

  add(job: StoredJob, rank: number, tieBreak: number): void {
    job.place = this.#place;
    job.rank = rank;
    job.tieBreak = tieBreak;
    this.#jobs.push(job);
    this.#rise(job, this.#jobs.length - 1);
  }

  /** Takes out a job that is in this heap. */
  remove(job: StoredJob): void {
    const index = job.heapIndex;
    const last = this.#jobs.pop();
    job.heapIndex = -1;
    if (last === undefined || last === job) return;
    this.#rise(last, index);
    this.#sink(last, last.heapIndex);
  }

  takeFirst(): StoredJob | undefined {
    const first = this.#jobs[0];
    if (first !== undefined) this.remove(first);
    return first;
  }

  /** All jobs in the order in which they would be taken. A snapshot. */
  toSortedArray(): StoredJob[] {
    return this.#jobs.toSorted((a, b) => a.rank - b.rank || a.tieBreak - b.tieBreak);
  }

  #rise(job: StoredJob, from: number): void {
    let index = from;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = this.#jobs[parentIndex];
      if (parent === undefined || !isBefore(job, parent)) break;
      this.#put(parent, index);
      index = parentIndex;
    }
    this.#put(job, index);
  }

  #sink(job: StoredJob, from: number): void {
    let index = from;
    for (;;) {
      const leftIndex = 2 * index + 1;
      const left = this.#jobs[leftIndex];
      if (left === undefined) break;
      const right = this.#jobs[leftIndex + 1];
      const child = right !== undefined && isBefore(right, left) ? right : left;
      if (!isBefore(child, job)) break;
      const childIndex = child.heapIndex;
      this.#put(child, index);
      index = childIndex;
    }
    this.#put(job, index);
  }

  #put(job: StoredJob, index: number): void {
    this.#jobs[index] = job;
    job.heapIndex = index;
  }
}

function isBefore(a: StoredJob, b: StoredJob): boolean {
  return a.rank < b.rank || (a.rank === b.rank && a.tieBreak < b.tieBreak);
}
