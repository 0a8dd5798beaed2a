/** What a message is about. The rows, the texts and the metrics of messages use this list. */
export const messageKinds = [
  'recovery_code',
  'recovery_completed',
  'recovery_held',
  'recovery_assisted',
  'authenticators_changed',
] as const;
export type MessageKind = (typeof messageKinds)[number];
