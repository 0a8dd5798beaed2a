/** Of what every module of a process can inject, beside the classes `Resources`, `Readiness`, `PeriodicWork` and `Watch`. */
export const SETTINGS = Symbol('Settings');
export const CLOCK = Symbol('Clock');
export const LOG = Symbol('Log');
export const PROCESS_NAME = Symbol('process name');
