import { describe, expect } from 'vitest';
import { Heap } from '../../src/core/heap.ts';
import { fc, test as property } from '../support/property.ts';

describe('a heap', () => {
  property([fc.array(fc.integer())], 'gives everything back in order', (numbers) => {
    const heap = new Heap<number>((a, b) => a - b);
    for (const number of numbers) heap.push(number);
    const out: number[] = [];
    for (let next = heap.pop(); next !== undefined; next = heap.pop()) out.push(next);
    expect(out).toEqual(numbers.toSorted((a, b) => a - b));
  });

  property([fc.array(fc.option(fc.integer()))], 'stays right when pushes and pops alternate', (steps) => {
    const heap = new Heap<number>((a, b) => a - b);
    let model: number[] = [];
    for (const step of steps) {
      if (step === null) {
        model = model.toSorted((a, b) => a - b);
        expect(heap.pop()).toBe(model.shift());
      } else {
        heap.push(step);
        model.push(step);
      }
      expect(heap.size).toBe(model.length);
    }
  });
});
