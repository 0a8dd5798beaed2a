import { locales } from '@rekey/kernel';
import { render } from 'preact-render-to-string';
import { script } from './assets-text.js';
import { CodePage } from './views.js';

/** Runs the script of the pages on the element that counts down, second by second. @returns its texts */
function countedDown(locale: 'en' | 'zh-Hans', resendIn: number): string[] {
  const context = {
    locale,
    service: 'Rekey',
    withoutSms: false,
    here: '/recover/code',
    csrf: () => 'x',
    pageOf: (path: string) => path,
  };
  const view = { methods: [] } as never;
  const html = render(<CodePage context={context} view={view} resendIn={resendIn} />);
  const element = /<p (data-resend-at[^>]*)>([^<]*)</.exec(html) ?? [];
  const attributes = [...(element[1] ?? '').matchAll(/data-([\w-]+)="([^"]*)"/g)];
  const dataset = Object.fromEntries(
    attributes.map(([, name = '', value]) => [
      name.replace(/-(.)/g, (_, letter) => letter.toUpperCase()),
      value,
    ]),
  );
  const wait = { dataset, textContent: element[2] };
  const texts: string[] = [];
  let now = 0;
  let next: (() => void) | undefined;
  const page = {
    document: {
      querySelector: (selector: string) => (selector === '[data-resend-at]' ? wait : null),
      querySelectorAll: () => [],
    },
    Date: { now: () => now },
    setTimeout: (tick: () => void) => (next = tick),
    addEventListener: () => undefined,
  };
  new Function(...Object.keys(page), script)(...Object.values(page));
  for (;;) {
    if (texts.at(-1) !== wait.textContent) texts.push(String(wait.textContent));
    if (!next) return texts;
    const tick = next;
    next = undefined;
    now += 250;
    tick();
  }
}

test('the countdown counts in words of each language, to the one second and to its end', () => {
  expect(locales.map(({ tag }) => [tag, countedDown(tag, 2)])).toEqual([
    [
      'en',
      [
        'You can ask for another in 2 seconds.',
        'You can ask for another in 1 second.',
        'You can ask for another one now.',
      ],
    ],
    ['zh-Hans', ['2 秒后可重新发送。', '1 秒后可重新发送。', expect.stringMatching(/发送。$/)]],
  ]);
});
