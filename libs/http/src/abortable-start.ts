/** How long a part that is starting may go on when the process is to end. */
const goOnForMs = 1_500;

/**
 * One part of a start. When the process is to end, the next part does not begin, and one that waits for an answer is left
 * waiting, so that what runs already can be closed.
 *
 * @param ending never, when left out
 * @throws the reason of `ending`
 */
export async function unlessEnding<Part>(
  ending: AbortSignal | undefined,
  start: () => Promise<Part>,
): Promise<Part> {
  if (!ending) return start();
  ending.throwIfAborted();
  let leave = () => {};
  const left = new Promise<never>((_resolve, reject) => {
    leave = () => setTimeout(() => reject(ending.reason), goOnForMs);
    ending.addEventListener('abort', leave);
  });
  try {
    return await Promise.race([start(), left]);
  } finally {
    ending.removeEventListener('abort', leave);
  }
}
