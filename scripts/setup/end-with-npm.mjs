const LOOK_MS = 250;

/**
 * npm runs a script through a shell, and when npm is told to end, it ends that shell alone: the program would stay
 * behind and keep its port. So a script that npm started and whose shell is gone tells itself to end.
 */
export function endWithNpm() {
  if (process.env.npm_lifecycle_event === undefined || process.platform === 'win32') return;
  const shell = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, LOOK_MS);
  timer.unref();
}
