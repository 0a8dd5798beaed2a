/**
 * Runs a guarded statement, and once more when its guard refused. The statement may have waited for the transaction that changed the row: its
 * guard then judged the row as it is, and what it returns is the row of before (READ COMMITTED, PostgreSQL manual §13.2.1). The second run
 * returns the row that refuses it, or is let in.
 *
 * @param run the statement, which changes nothing when its guard refuses
 * @param mayBeStale whether the guard refused, and the row does not say why
 */
export async function withSecondLook<Row>(
  run: () => Promise<Row[]>,
  mayBeStale: (row: Row) => boolean,
): Promise<Row | undefined> {
  const [first] = await run();
  if (first === undefined || !mayBeStale(first)) return first;
  const [second] = await run();
  return second;
}
