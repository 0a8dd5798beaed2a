/** How long a part that is starting may still take once the process is to end. */
const finishWithinMs = 1_500;

/**
 * Starts one part of a process. When the process is to end, the next part does not start, and a part that waits for an answer
 * is left waiting, so that what runs already can be closed.
 *
 * @param ending never, when left out
 * @throws the reason of `ending`
 */
export async function abortableStart<Part>(
  ending: AbortSignal | undefined,
  start: () => Promise<Part>,
): Promise<Part> {
  if (!ending) return start();
  ending.throwIfAborted();
  let leave = () => {};
  const left = new Promise<never>((_resolve, reject) => {
    leave = () => setTimeout(() => reject(ending.reason), finishWithinMs);
    ending.addEventListener('abort', leave);
  });
  try {
    return await Promise.race([start(), left]);
  } finally {
    ending.removeEventListener('abort', leave);
  }
}
