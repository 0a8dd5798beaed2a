/**
 * Works on several items at once and yields their results in the order of the items, each as soon as it and those before
 * it are done: also while the next item is still on its way. Takes no further item while the results are not taken.
 *
 * @param atOnce items under way at most
 * @param work never rejects: what goes wrong with an item is its result
 */
export async function* inOrder<Item, Result>(
  items: AsyncIterator<Item>,
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const underWay: Promise<Result>[] = [];
  let coming: Promise<IteratorResult<Item>> | undefined = next(items);
  try {
    while (coming || underWay.length > 0) {
      const wanted: typeof coming = underWay.length < atOnce ? coming : undefined;
      const [oldest] = underWay;
      const awaited = [wanted, oldest?.then(() => 'result' as const)].filter((each) => each !== undefined);
      const first = await Promise.race(awaited);
      if (first === 'result') {
        yield (await underWay.shift()) as Result;
      } else if (first.done) {
        coming = undefined;
      } else {
        underWay.push(work(first.value));
        coming = next(items);
      }
    }
  } finally {
    // The consumer has left: nobody needs the remaining results, so the source is not waited for.
    items.return?.().catch(() => undefined);
  }
}

/** A source that breaks while nobody looks at it is not an unhandled rejection: it is met at the next look. */
function next<Item>(items: AsyncIterator<Item>): Promise<IteratorResult<Item>> {
  const coming = items.next();
  coming.catch(() => undefined);
  return coming;
}
