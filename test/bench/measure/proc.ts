import { readdirSync, readFileSync } from 'node:fs';

/** `sysconf(_SC_CLK_TCK)`: 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

interface Stat {
  parent: number;
  /** CPU milliseconds of the process itself, user and system. */
  own: number;
  /** CPU milliseconds of its children that have ended. */
  ended: number;
}

/** @returns undefined when the process does not exist (any more); see proc_pid_stat(5) */
export function readStat(pid: number): Stat | undefined {
  const text = readIfThere(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The second field is the name of the program and may hold anything, also spaces and brackets.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const milliseconds = (at: number) => (Number(fields[at]) * 1000) / ticksPerSecond;
  return {
    parent: Number(fields[1]),
    own: milliseconds(11) + milliseconds(12),
    ended: milliseconds(13) + milliseconds(14),
  };
}

/**
 * CPU milliseconds of a process and its direct children, also of those that have ended. The value never decreases, so a
 * difference is right also when children came and went in between.
 */
export function cpuOfFamily(pid: number): number {
  const self = readStat(pid);
  if (!self) return 0;
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readStat(Number(name)))
    .filter((stat) => stat?.parent === pid);
  return children.reduce((sum, child) => sum + (child?.own ?? 0), self.own + self.ended);
}

/** Peak resident memory in MiB, shared pages included (`VmHWM`). */
export const peakMemory = (pid: number): number => memoryAs('VmHWM', pid);

/** Resident memory now, in the same way (`VmRSS`). */
export const memory = (pid: number): number => memoryAs('VmRSS', pid);

function memoryAs(name: 'VmHWM' | 'VmRSS', pid: number): number {
  const status = readIfThere(`/proc/${pid}/status`) ?? '';
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? Number.NaN) / 1024;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (fault) {
    const { code } = fault as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw fault;
  }
}
