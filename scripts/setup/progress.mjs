const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 100;
/** Off a terminal a sign of life this often, so that a log does not look like a hang. */
const REMINDER_MS = 30_000;

const live = process.stderr.isTTY && process.env.TERM !== 'dumb' && !process.env.CI;

/**
 * Shows on standard error that something is being done, for how long, and what it is at. On a terminal it is one line
 * that changes; elsewhere a line at the beginning, one every half minute and one at the end.
 */
export function startProgress(title) {
  const began = Date.now();
  let detail = '';
  let frame = 0;
  const seconds = () => `${Math.round((Date.now() - began) / 1000)} s`;
  const draw = () => {
    const text = [title, detail, seconds()].filter((part) => part !== '').join(' · ');
    frame = (frame + 1) % FRAMES.length;
    process.stderr.write(`\r\u001B[2K${FRAMES[frame]} ${text.slice(0, (process.stderr.columns || 80) - 3)}`);
  };
  const remind = () => process.stderr.write(`  still at it: ${detail || title} (${seconds()})\n`);
  if (!live) process.stderr.write(`${title} ...\n`);
  const timer = setInterval(live ? draw : remind, live ? FRAME_MS : REMINDER_MS);
  const end = (mark, text) => {
    clearInterval(timer);
    process.stderr.write(`${live ? '\r\u001B[2K' : ''}${mark} ${text} (${seconds()})\n`);
  };
  return {
    update: (text) => {
      detail = text;
    },
    done: (text) => end('✓', text),
    fail: (text) => end('✗', text),
  };
}
