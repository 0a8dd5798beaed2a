import { policyFile, unalarmed } from '../flows/policy-file.js';
import { newHousehold, useRekey } from '../flows/rekey.js';
import { byLength } from '../runner/length.js';
import { type FactName, facts } from './stale/facts.js';
import { gaps } from './stale/gaps.js';
import { type Cell, type Stage, stageOn } from './stale/stage.js';
import { expected, type GapName, gapNames, type Outcome } from './stale/table.js';

const factNames = Object.keys(facts) as FactName[];

/** In the short form each fact meets some of the gaps, and each gap some of the facts. */
const isChosen = (fact: FactName, gap: GapName): boolean =>
  byLength((factNames.indexOf(fact) + gapNames.indexOf(gap)) % 4 === 0, true);

/** Facts about backup codes, and facts that leave them as another possible proof. */
const wantsCodes: FactName[] = [
  'backup codes removed',
  'backup codes suspended',
  'level raised',
  'role raised',
];

interface Prepared extends Cell {
  fact: FactName;
  gap: GapName;
  finish: () => Promise<Outcome>;
}

/** Many at a time: the cells are independent. */
async function each<From, To>(list: readonly From[], work: (one: From) => Promise<To>): Promise<To[]> {
  const results: To[] = [];
  const queue = list.entries();
  const worker = async () => {
    for (const [at, one] of queue) results[at] = await work(one);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return results;
}

/**
 * Proofs are judged when they are used: each fact that can change between a proof and its use is combined with each way to use
 * a proof or a permission later.
 */
describe('a proof whose facts change before it is used', () => {
  // The fate of the password is tested elsewhere: it must not differ between cells.
  const clients = factNames.flatMap((_fact, at) =>
    gapNames.map((_gap, nth) => [`client-f${at}g${nth}`, { keepPassword: true }]),
  );
  const policy = policyFile({ roles: { staff: 2 }, clients: Object.fromEntries(clients) });
  const rekey = useRekey({ environment: { RECOVERY_POLICY_FILE: policy, SMS_POLICY_FILE: unalarmed() } });

  const wanted = factNames.flatMap((fact) =>
    gapNames.filter((gap) => isChosen(fact, gap)).map((gap) => ({ fact, gap })),
  );
  const became: Record<string, Outcome> = {};
  const faults: Record<string, unknown> = {};
  const nameOf = ({ fact, gap }: { fact: FactName; gap: GapName }) => `${gap} | ${fact}`;

  beforeAll(async () => {
    const stage = stageOn(rekey);
    const cells = await each(wanted, async ({ fact, gap }): Promise<Omit<Prepared, 'finish'>> => {
      const id = `f${factNames.indexOf(fact)}g${gapNames.indexOf(gap)}`;
      const cell = { id, client: `client-${id}`, mail: `${id}@example.com`, fact, gap };
      await stage.putClient(cell);
      newHousehold();
      await stage.who.put(id);
      return cell;
    });
    await equip(stage, cells);
    /** Each cell reports its own failure. */
    const step = async (list: Prepared[], work: (cell: Prepared) => Promise<unknown>) => {
      await each(list, (cell) =>
        work(cell).catch((fault: unknown) => {
          faults[nameOf(cell)] ??= fault;
        }),
      );
    };
    const prepared = cells.map((cell): Prepared => ({ ...cell, finish: () => Promise.reject() }));
    await step(prepared, async (cell) => {
      cell.finish = await gaps[cell.gap].begin(stage, cell);
    });
    rekey.clock.advance(1_000);
    await step(prepared, (cell) => facts[cell.fact](stage, cell));
    // A process may take this long to see a change of a client.
    rekey.clock.advance(6_000);
    await step(prepared, async (cell) => {
      became[nameOf(cell)] = await cell.finish();
    });
  });

  /** What an account has beside mail, phone and password, by the gap or by the fact. */
  async function equip(stage: Stage, cells: Cell[]): Promise<void> {
    const of = (cell: Cell) => cell as Prepared;
    const withApp = cells.filter((cell) => gaps[of(cell).gap].equip === 'app');
    const withCodes = cells.filter(
      (cell) => gaps[of(cell).gap].equip === 'codes' || wantsCodes.includes(of(cell).fact),
    );
    const makeCodes = async (cell: Cell) => {
      cell.codes = await stage.makeCodes(await stage.session(cell));
    };
    await each(withApp, async (cell) => {
      const session = await stage.session(cell);
      const app = await stage.beginApp(session);
      expect((await stage.confirmApp(session, app)).status).toBe(204);
      cell.secret = app.secret;
    });
    await each(
      withCodes.filter((cell) => !withApp.includes(cell)),
      makeCodes,
    );
    // An app bound to an account with one factor counts in a recovery after a day.
    rekey.clock.advance(86_400_000);
    await each(withApp, async (cell) => {
      newHousehold();
      const second = { kind: 'totp', value: stage.who.totp(cell.secret ?? '') };
      const signedIn = await stage.who.signIn(cell.id, { client_id: cell.client, second_factor: second });
      cell.strong = signedIn.body.access_token;
    });
    await each(
      withCodes.filter((cell) => withApp.includes(cell)),
      makeCodes,
    );
    rekey.clock.advance(60_000);
  }

  test.each(wanted.map((cell) => [cell.gap, cell.fact] as const))('%s; meanwhile: %s', (gap, fact) => {
    const fault = faults[nameOf({ gap, fact })];
    if (fault) throw fault;
    expect(became[nameOf({ gap, fact })]).toBe(expected(fact, gap));
  });

  test('every fact and every gap is in the table', () => {
    const thoughtOf = factNames.flatMap((fact) => gapNames.map((gap) => expected(fact, gap)));
    expect(thoughtOf).toHaveLength(factNames.length * Object.keys(gaps).length);
  });
});
