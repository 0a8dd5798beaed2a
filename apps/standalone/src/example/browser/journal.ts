import { element } from './elements.js';

/** One line of what happened, the newest first. */
export function note(text: string, mood: 'good' | 'bad' | '' = ''): void {
  const time = document.createElement('time');
  time.textContent = new Date().toLocaleTimeString('en-GB');
  const what = document.createElement('span');
  what.textContent = text;
  what.className = mood;
  const line = document.createElement('li');
  line.append(time, what);
  const log = element('log');
  log.prepend(line);
  while (log.children.length > 40) log.lastElementChild?.remove();
}
