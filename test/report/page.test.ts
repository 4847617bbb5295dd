import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PeriodReportAnswer } from '../../src/core/period-report.ts';
import { reportPage } from '../../src/report/page.ts';
import { CHROMIUM, startBrowser } from '../support/browser.ts';
import { octoberReport } from '../support/october-report.ts';

const HOSTILE = '"><script>document.title = "owned"</script><img src=x onerror=document.title=1> \u202eabc \u0007';

let answer: PeriodReportAnswer;
beforeAll(async () => {
  answer = await octoberReport();
});

/** The same with names that try to become more than text. */
function hostile(): PeriodReportAnswer {
  const monitors = answer.monitors.map((monitor) => ({ ...monitor, name: HOSTILE, target: HOSTILE, group: HOSTILE }));
  return { ...answer, monitors };
}

describe('reportPage', () => {
  it('is one file that needs nothing else and runs nothing', () => {
    const page = reportPage(answer, { title: 'Example Ltd' });
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).not.toMatch(
      /<script|<link|<img|<iframe|\bsrc=|@import|https?:\/\/(?!127\.0\.0\.1)|url\((?!#)|javascript:/i,
    );
    expect(page).toContain('<title>Example Ltd, October 2026</title>');
  });

  it('shows maintenance only where there was any', async () => {
    expect(/<path class="maintenance"|Maintenance/.test(reportPage(answer))).toBe(false);
    const page = reportPage(await octoberReport({ maintained: true }));
    expect(page).toContain('<li><svg viewBox="0 0 12 18" aria-hidden="true">\n<path class="maintenance"');
    expect(page).toContain('In maintenance over 31 days: 0 days with an outage, 0 days only degraded, 0 days not observed, 31 days in maintenance'); // prettier-ignore
    expect(page).toContain('<span class="change">40m in maintenance</span>');
    expect(page).toContain('<title>Wed 7 Oct: 100% up, maintenance 3h, p95');
    expect(page).toContain('<dt>Maintenance</dt>');
  });

  it('says what there is to say of no monitor, of one, and of a month that is not over', () => {
    expect(reportPage({ ...answer, monitors: [] })).toContain('There was no monitor in this period.');
    const one = reportPage({ ...answer, monitors: answer.monitors.slice(0, 1) });
    expect(one).toContain('<h2>The monitor</h2>');
    expect(one).not.toContain('All monitors, day by day');
    const open = { ...answer.period, complete: false, until: '2026-10-20T10:00:00.000Z' };
    const note = 'October 2026 is not over: the figures go until 20 October 2026, 12:00.';
    expect(reportPage({ ...answer, period: open })).toContain(note);
  });

  it('stays small: a month of a monitor takes less than 16 KB', () => {
    const [monitor] = answer.monitors;
    if (monitor === undefined) throw new Error('there is no monitor');
    const many = reportPage({ ...answer, monitors: Array.from({ length: 500 }, () => monitor) });
    expect(many.length / 500).toBeLessThan(16_000);
  });
});

describe.skipIf(CHROMIUM === undefined)('reportPage in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
    return () => browser.close();
  });

  async function show(text: string, options: BrowserContextOptions = {}): Promise<{ page: Page; said: string[] }> {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    page.on('request', (request) => said.push(request.url()));
    await page.setContent(text);
    return { page, said };
  }

  it('shows each monitor in the overview and in a section of its own, and asks for nothing', async () => {
    const { page, said } = await show(reportPage(answer));
    expect(said).toEqual([]);
    expect(await page.locator('.overview tbody tr:not(.group)').count()).toBe(answer.monitors.length);
    expect(await page.locator('section.monitor').count()).toBe(answer.monitors.length);
    const links = await page.locator('a[href^="#"]').evaluateAll((all) => all.map((each) => each.getAttribute('href')));
    const ids = await page.locator('[id]').evaluateAll((all) => all.map(({ id }) => `#${id}`));
    expect(links.filter((link) => !ids.includes(link ?? ''))).toEqual([]);
    const night = page.locator('section.monitor', { hasText: 'Night job' });
    expect(await night.locator('tbody').first().locator('tr').count()).toBe(2);
    expect(await night.locator('.days tbody tr').count()).toBe(31);
  });

  it('can be read without seeing it: pictures have words, tables have heads, headings have an order', async () => {
    const { page } = await show(reportPage(answer));
    const words = await page
      .locator('svg[role=img]')
      .evaluateAll((pictures) => pictures.map((each) => each.getAttribute('aria-label')));
    expect(words).toContain(
      '92.080% up over 31 days: 4 days with an outage, 0 days only degraded, 0 days not observed',
    );
    expect(words.every((each) => each !== null && each.length > 20)).toBe(true);
    expect(await page.locator('svg:not([role=img]):not([aria-hidden=true])').count()).toBe(0);
    expect(await page.locator('th:not([scope])').count()).toBe(0);
    const levels = await page
      .locator('h1, h2, h3, h4')
      .evaluateAll((all) => all.map(({ tagName }) => Number(tagName[1])));
    expect(levels[0]).toBe(1);
    expect(levels.every((level, index) => level <= (levels[index - 1] ?? 0) + 1)).toBe(true);
    const ids = await page.locator('[id]').evaluateAll((all) => all.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('takes names for nothing but text', async () => {
    const { page, said } = await show(reportPage(hostile(), { title: HOSTILE }));
    expect(said).toEqual([]);
    expect(await page.title()).toContain('"><script>');
    expect(await page.locator('script, img').count()).toBe(0);
    // A bell is no text, and a name that turns the direction round does so within itself only.
    expect(await page.locator('h3 bdi').first().textContent()).toBe(HOSTILE.replace('\u0007', '\u{fffd}'));
  });

  it.each(['light', 'dark'] as const)('has enough contrast in a %s room', async (colorScheme) => {
    const { page } = await show(reportPage(answer), { colorScheme });
    const colours: Record<string, string> = {};
    for (const name of ['paper', 'ink', 'soft', 'up', 'degraded', 'down', 'unknown', 'accent']) {
      colours[name] = await styleOf(page, `--${name}`);
    }
    const contrast = (name: string) => ratio(colours[name] ?? '', colours.paper ?? '');
    const least = { ink: 4.5, soft: 4.5, down: 4.5, up: 3, degraded: 3, unknown: 3, accent: 3 };
    const poor = Object.entries(least).filter(([name, enough]) => contrast(name) < enough);
    expect(poor).toEqual([]);
  });

  it('is light on paper, in any room, and fits on A4 and on a telephone', async () => {
    const { page } = await show(reportPage(answer), { colorScheme: 'dark', viewport: { width: 390, height: 800 } });
    const overflow = () => page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
    expect(await overflow()).toBeLessThanOrEqual(0);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await styleOf(page, '--paper')).toBe('#ffffff');
    // 182 mm of A4 lie between the margins.
    await page.setViewportSize({ width: 688, height: 1000 });
    expect(await overflow()).toBeLessThanOrEqual(0);
    expect((await page.pdf({ preferCSSPageSize: true })).subarray(0, 4).toString()).toBe('%PDF');
  });
});

function styleOf(page: Page, property: string): Promise<string> {
  return page.evaluate(`getComputedStyle(document.documentElement).getPropertyValue('${property}')`);
}

/** The contrast of two colours `#rrggbb`, 1 to 21 (WCAG 2.2). */
function ratio(one: string, other: string): number {
  const luminance = (colour: string): number => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5]
      .map((at) => Number.parseInt(colour.trim().slice(at, at + 2), 16) / 255)
      .map((value) => (value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((first, second) => second - first);
  return (light + 0.05) / (dark + 0.05);
}
