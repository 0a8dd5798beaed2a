import { policyFile } from '../flows/policy-file.js';
import { useRekey } from '../flows/rekey.js';
import { holds, useActs } from '../flows/staff-acts.js';
import { Story } from '../flows/story.js';

describe('staff see no secret (OTP-06, ADM-02)', () => {
  const rekey = useRekey({ environment: { RECOVERY_POLICY_FILE: policyFile({ holds }) } });
  const { who, acts, act, ground, by, mailOf } = useActs(rekey);

  test('no response of any act has a code, a password, a link or a token', async () => {
    const on = await ground('planted', 'completed');
    const story = new Story(rekey);
    rekey.clock.advance(61_000);
    const { code, message } = await story.begin(mailOf('planted'));
    const secrets = [
      ...[code, code.replace(' ', ''), 'a sentence that nobody else says', story.token, on.story.token],
      ...[on.session.access, on.session.refresh],
      ...[...message.text.matchAll(/(?:token=|#)([\w-]{8,})/g)].map(([, token]) => token ?? ''),
      ...[mailOf('planted'), who.phoneOf('planted')],
    ];
    expect(secrets.every((secret) => secret.length >= 8)).toBe(true);
    const answers: string[] = [];
    rekey.clock.advance(61_000);
    // The last first: after the others there is nothing to resend.
    for (const recovery of [story, on.story])
      for (const { path } of Object.values(acts).reverse()) {
        await by().confirm();
        const { status, text, headers } = await act(path({ ...on, story: recovery }));
        expect(status).toBeLessThan(500);
        answers.push(text, JSON.stringify([...headers]));
      }
    const shown = answers.join('\n');
    expect(shown).toContain('***');
    expect(secrets.filter((secret) => shown.includes(secret))).toEqual([]);
  });
});
