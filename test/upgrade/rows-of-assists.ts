import { AssistStage, otherThan } from '../flows/assist-stage.js';
import { newHousehold, type Rekey } from '../flows/rekey.js';

/** Callers whom staff help, with every outcome. */
export async function rowsOfAssists(rekey: Rekey): Promise<void> {
  const stage = new AssistStage(rekey);
  await stage.open();
  const put = (id: string, more: object = {}) =>
    stage.who.put(id, {
      addresses: [{ kind: 'email', value: `${id}@example.com`, verified: true }],
      ...more,
    });
  for (const id of ['kim', 'lou']) await put(id);
  const opened = async (account: string) => {
    newHousehold();
    const { id, code } = await stage.started(account);
    const { status, body } = await stage.enter(code);
    expect(status).toBe(201);
    return { id, number: String(body.number) };
  };
  await stage.started('kim');
  await opened('kim');
  const { id, number } = await opened('kim');
  expect((await stage.match(id, number)).body.state).toBe('matched');
  const wrong = await opened('kim');
  expect((await stage.match(wrong.id, otherThan(wrong.number))).body.ended_by).toBe('number');
  const given = await opened('kim');
  expect((await stage.support.call('POST', `assists/${given.id}/end`, { reason: 'hung up' })).status).toBe(
    204,
  );
  const gone = await opened('lou');
  await put('lou', { status: 'disabled' });
  expect((await stage.match(gone.id, gone.number)).body.ended_by).toBe('account');
}
