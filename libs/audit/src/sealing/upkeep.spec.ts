import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keys, useLog } from '../../../../test/flows/audit-log.js';
import { openAnchor } from '../anchors/open-anchor.js';
import { pushHeads } from '../anchors/push-heads.js';
import { logProof, wrongWith } from '../export/log-proof.js';
import { ProofMaker } from '../export/prove-from-export.js';
import { thinHeads } from './upkeep.js';

const minute = 60_000;
const day = 86_400_000;

describe('the upkeep of the log', () => {
  const log = useLog();
  const sizes = () => log.column<number>('select size::float8 from audit_checkpoints order by size');

  test('thins heads older than a day to one an hour, and what anchors have of them still verifies', async () => {
    const { clock } = log;
    clock.advance(3_600_000 - (clock.now() % 3_600_000));
    const path = join(await mkdtemp(join(tmpdir(), 'rekey-heads-')), 'heads');
    const anchor = openAnchor({ kind: 'file', path });
    const push = () => pushHeads({ database: log.database(), clock }, [anchor]);
    const notes: string[] = [];
    const sealOne = async () => {
      await log.record();
      await log.sealUntil(notes.length + 1);
      notes.push(await log.lastNote());
      await push();
    };
    // Three heads in each of two hours, then two in one hour of the next day.
    for (let n = 0; n < 6; n++) {
      await sealOne();
      clock.advance(20 * minute);
    }
    clock.advance(day);
    await sealOne();
    await sealOne();
    clock.advance(5 * minute);

    await thinHeads(log.database(), new Date(clock.now()));
    expect(await sizes()).toEqual([3, 6, 7, 8]);
    expect(await log.verified(notes)).toMatchObject({ size: 8, intact: 8, anchored: 8, findings: [] });
    // A head that was thinned is still one that the log can be proved to have grown from.
    const maker = new ProofMaker({ earlier: notes[1] as string }, keys.verifiers);
    for (const line of await log.exported()) maker.read(line);
    const proof = logProof.parse(JSON.parse(JSON.stringify(maker.end())));
    expect(wrongWith(proof, keys.verifiers)).toEqual([]);

    // The last head stays, however old it is; sealing and anchors go on from it.
    clock.advance(30 * day);
    await thinHeads(log.database(), new Date(clock.now()));
    expect(await sizes()).toEqual([3, 6, 8]);
    await sealOne();
    expect((await readFile(path, 'utf8')).split('\n\n').length).toBeGreaterThan(9);
    expect(await log.verified(notes)).toMatchObject({ size: 9, anchored: 9, findings: [] });
  });
});
