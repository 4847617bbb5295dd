import { InvalidArgumentError, Option, type Command } from 'commander';
import { parseMoment, parseWindows } from '../core/time-window.ts';

/** Where the commands that read history look for it. */
export interface HistoryOptions {
  readonly db?: string;
  readonly config?: string;
  readonly server?: string;
  readonly json?: true;
}

/** Adds the options of every command that reads history. */
export function withHistoryOptions(command: Command): Command {
  return command
    .addOption(new Option('--db <file>', 'read this database file').conflicts(['server', 'config']))
    .addOption(new Option('-c, --config <file>', 'read the database this configuration names').conflicts('server'))
    .addOption(new Option('--server <url>', 'ask a running server instead').argParser(readServer))
    .option('--json', 'print JSON');
}

/** Checks the argument of `--window`; it stays text, because a server reads it by its own clock. */
export function readWindows(text: string): string {
  const read = parseWindows(text);
  if ('fault' in read) throw new InvalidArgumentError(sentence(read.fault));
  return text;
}

/** Checks the argument of `--since` and `--until`; it stays text, because a server reads it by its own clock. */
export function readMoment(text: string): string {
  if (parseMoment(text, 0) !== undefined) return text;
  throw new InvalidArgumentError('It must be a duration such as 1h, or a time such as 2026-11-23T12:00:00Z.');
}

/** Checks the address of a server; without what a request would add to it. */
export function readServer(text: string): string {
  if (!URL.canParse(text)) throw new InvalidArgumentError('It must be an address such as http://127.0.0.1:8080.');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new InvalidArgumentError('It must begin with http:// or https://.');
  }
  if (url.username !== '' || url.password !== '') {
    throw new InvalidArgumentError('It must not contain a user name or password.');
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

/** A fault as the command line says it. */
export function sentence(fault: string): string {
  return `${fault.charAt(0).toUpperCase()}${fault.slice(1)}${fault.endsWith('?') ? '' : '.'}`;
}
