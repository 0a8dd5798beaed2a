import { Badge } from '../components/facts.js';
import { useLanguage } from '../language/language-context.js';

const tones: Record<string, 'good' | 'wait' | 'alarm' | 'plain'> = {
  completed: 'good',
  proven: 'good',
  held: 'wait',
  proving: 'wait',
  stopped: 'alarm',
};

export function RecoveryState({ state }: { state: string }) {
  const { named } = useLanguage();
  return <Badge tone={tones[state] ?? 'plain'}>{named('state', state)}</Badge>;
}
