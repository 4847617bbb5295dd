// Imported before anything else, so it keeps to syntax that old versions of Node can read.
const NEEDED = [20, 19];
const running = process.versions.node.split('.').map(Number);

if (running[0] < NEEDED[0] || (running[0] === NEEDED[0] && running[1] < NEEDED[1])) {
  process.stderr.write(
    `Longwatch needs Node.js ${NEEDED.join('.')} or newer; this is ${process.version} (${process.execPath}).\n` +
      'Install a newer one (https://nodejs.org/en/download, or the version manager you use) and try again.\n',
  );
  process.exit(1);
}
