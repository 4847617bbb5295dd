import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeByLookalikes, escapeHtml, escapeMarkdown, escapeSlack, visible } from '../../src/notifier/escape.ts';
import { bytesOf, fitLines, fitText } from '../../src/notifier/fit.ts';

const ESCAPES = [visible, escapeHtml, escapeMarkdown, escapeSlack, escapeByLookalikes];
const SIZES = [bytesOf, (text: string) => text.length];
const fits = fc.record({
  most: fc.integer({ min: 30, max: 300 }),
  escape: fc.constantFrom(...ESCAPES),
  sizeOf: fc.constantFrom(...SIZES),
});
const text = fc.string({ unit: 'binary', maxLength: 400 });

/** What is left of an entity or an escape that was cut in two. */
const CUT = /&(?!amp;|lt;|gt;|quot;|#39;)[a-z#0-9]*…|\\…$/;

describe('text that must fit', () => {
  it('is as large as it may be at most, and cut between characters and escapes', () => {
    fc.assert(
      fc.property(text, fits, (written, fit) => {
        const fitted = fitText(written, fit);
        expect(fit.sizeOf(fitted)).toBeLessThanOrEqual(fit.most);
        expect(Buffer.from(fitted).toString()).toBe(fitted);
        expect(fitted).not.toMatch(CUT);
      }),
    );
  });

  it('is left whole when it fits', () => {
    expect(fitText('Shop & Cart', { most: 15, escape: escapeHtml })).toBe('Shop &amp; Cart');
    expect(fitText('Shop & Cart', { most: 14, escape: escapeHtml })).toBe('Shop &amp; Ca…');
  });
});

describe('lines that must fit', () => {
  it('are as large as they may be together at most', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 30 }), fits, (lines, fit) => {
        expect(fit.sizeOf(fitLines(lines, fit))).toBeLessThanOrEqual(fit.most);
      }),
    );
  });

  it('say how many were left out', () => {
    expect(fitLines(['one', 'two', 'three', 'four'], { most: 22 })).toBe('one\ntwo\n… and 2 more');
    expect(fitLines(['one', 'two'], { most: 22 })).toBe('one\ntwo');
    expect(fitLines([], { most: 22 })).toBe('');
  });
});
