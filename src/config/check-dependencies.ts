import type { InputProblem, Path } from '../core/schema-problems.ts';
import { type KnownMonitors, strangeMonitors } from './known-names.ts';

/** A monitor as far as it says what it depends on. */
export interface Dependent {
  /** Where it stands. */
  readonly base: Path;
  readonly id: string;
  /** What stands at its `depends_on`: a list, or one id. */
  readonly written: unknown;
  readonly parents: readonly string[];
}

const MOST_NAMED = 6;

/** Problems of monitors that depend on one that does not exist, on themselves, or on each other in a circle. */
export function dependencyProblems(dependents: readonly Dependent[], known: KnownMonitors): InputProblem[] {
  return [
    ...dependents.flatMap((dependent) => [...strangersOf(dependent, known), ...selfOf(dependent)]),
    ...circles(dependents),
  ];
}

function strangersOf({ base, written, parents }: Dependent, known: KnownMonitors): InputProblem[] {
  return strangeMonitors({ path: [...base, 'depends_on'], written, names: parents }, known);
}

function selfOf(dependent: Dependent): InputProblem[] {
  const own = dependent.parents.indexOf(dependent.id);
  return own < 0 ? [] : [problemOf(dependent, own, 'this is the monitor itself, which cannot depend on itself')];
}

function problemOf({ base, written }: Dependent, index: number, message: string): InputProblem {
  const path = [...base, 'depends_on', ...(Array.isArray(written) ? [index] : [])];
  return { path, message, suggestion: null, at: 'value' };
}

/** One problem for each dependency that closes a circle, in the order of the file. Without recursion: chains may be long. */
function circles(dependents: readonly Dependent[]): InputProblem[] {
  const byId = new Map(dependents.map((dependent) => [dependent.id, dependent]));
  const done = new Set<Dependent>();
  const problems: InputProblem[] = [];
  for (const start of dependents) {
    /** The way from the start, and which parent of each comes next. */
    const way: { readonly of: Dependent; next: number }[] = done.has(start) ? [] : [{ of: start, next: 0 }];
    const onWay = new Set(way.map(({ of }) => of));
    for (let last = way.at(-1); last !== undefined; last = way.at(-1)) {
      const { of, next } = last;
      const parent = byId.get(of.parents[next] ?? '');
      last.next += 1;
      if (next >= of.parents.length) {
        way.pop();
        onWay.delete(of);
        done.add(of);
      } else if (parent !== undefined && parent !== of && onWay.has(parent)) {
        const ids = way.map(({ of: { id } }) => id);
        problems.push(problemOf(of, next, circleText([...ids.slice(ids.indexOf(parent.id)), parent.id])));
      } else if (parent !== undefined && parent !== of && !done.has(parent)) {
        way.push({ of: parent, next: 0 });
        onWay.add(parent);
      }
    }
  }
  return problems;
}

function circleText(ids: readonly string[]): string {
  const shown = ids.length <= MOST_NAMED ? ids : [...ids.slice(0, MOST_NAMED - 2), '…', ...ids.slice(-1)];
  return `this makes a circle of dependencies: ${shown.join(' -> ')}`;
}
