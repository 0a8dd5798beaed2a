import { answerOf } from './request.js';

/**
 * Saves an answer as a file. The browser holds a large one on its disk. What is refused, or is cut off before its end, is saved nowhere.
 *
 * @param name of the file
 * @throws what `request` throws
 */
export async function download(
  method: 'GET' | 'POST',
  path: string,
  name: string,
  body?: unknown,
): Promise<void> {
  save(await answerOf(method, path, body, (response) => response.blob()), name);
}

/** Saves what the page has already. */
export const saveJson = (value: unknown, name: string): void =>
  save(new Blob([`${JSON.stringify(value, undefined, 2)}\n`], { type: 'application/json' }), name);

function save(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
