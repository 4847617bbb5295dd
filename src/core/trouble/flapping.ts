import type { EventProof } from './event.ts';
import type { MachineMemory } from './machine-state.ts';
import type { TroubleRules } from './rules.ts';

/** What a verdict means to flapping. */
interface Moment {
  /** The slot of the verdict, ms. */
  readonly slot: number;
  /** Whether it says anything of the target. */
  readonly knows: boolean;
  /** Whether it settled a change between `up` and not. */
  readonly changed: boolean;
}

interface Flapping extends Pick<MachineMemory, 'changes' | 'flapping'> {
  readonly turn: 'began' | 'ended' | null;
  /** The changes, when it began. */
  readonly proof: EventProof | null;
}

/**
 * Counts changes by the slots that settled them. Flapping begins with the change that makes enough within the window. It
 * ends with the first verdict that says anything and has no change in the window before it.
 */
export function flappingAfter(memory: MachineMemory, rule: TroubleRules['flapping'], moment: Moment): Flapping {
  const { slot, knows, changed } = moment;
  const recent = rule === null ? [] : memory.changes.filter((change) => slot - change < rule.window);
  const ended = memory.flapping && knows && recent.length === 0;
  const flapping = memory.flapping && !ended;
  if (rule === null || !changed) return { changes: recent, flapping, turn: ended ? 'ended' : null, proof: null };

  const changes = [...recent, slot].slice(-rule.changes);
  const first = changes[0];
  if (flapping || ended || first === undefined || changes.length < rule.changes) {
    return { changes, flapping, turn: ended ? 'ended' : null, proof: null };
  }
  return {
    changes,
    flapping: true,
    turn: 'began',
    proof: { rule: 'flapping', count: changes.length, first, last: slot },
  };
}
