import { mkdirSync } from 'node:fs';
import { MovableClock } from '@rekey/kernel';
import type { StaffRole } from '@rekey/staff';
import type { Page } from 'playwright-core';
import { furnish, type Scene } from './console-scene.js';
import { hour, press, useConsole } from './console-stage.js';

const folder = 'docs/operate/console';
/** Of people who recover, before what the pictures are about. */
const days = 8;

interface Picture {
  name: string;
  path: string;
  role: StaffRole;
  /** What is to be seen needs a hand; at its end, or at the start without it, this is on the page. */
  waitFor: string;
  prepare?(page: Page): Promise<unknown>;
}

const explained = async (page: Page, act: string) => {
  const window = page.getByRole('dialog');
  await window.getByRole('textbox').fill('Case 4711, called back');
  await window.getByRole('button', { name: act, exact: true }).click();
};

/** `npm run pictures` takes the pictures of docs/operate/console.md from the real console; no other run does. */
describe('pictures of the console', () => {
  const stage = useConsole({ clock: new MovableClock(Date.now() - (days * 24 + 27) * hour) });
  const { rekey } = stage;
  let scene: Scene;
  beforeAll(async () => {
    scene = await furnish(stage, days);
  });

  const enterCode = async (page: Page, code: string) => {
    await page.goto(`${rekey.settings.urls.recovery}/recover/assist`);
    await page.fill('#code', code);
    await page.press('#code', 'Enter');
    await page.waitForSelector('strong.number');
  };
  const startAssist = async (page: Page): Promise<string> => {
    await press(page, 'Help a caller');
    await explained(page, 'Help a caller');
    return (await page.locator('.spelled [aria-hidden]').textContent()) ?? '';
  };
  const pictures = (): Picture[] => [
    { name: 'overview', path: '/', role: 'security', waitFor: '.chart svg' },
    { name: 'find', path: '/find', role: 'support', waitFor: '.find' },
    { name: 'request', path: `/requests/${scene.request}`, role: 'support', waitFor: '.timeline' },
    { name: 'account', path: `/accounts/${scene.id}`, role: 'security', waitFor: '.timeline' },
    {
      name: 'reason',
      path: `/accounts/${scene.id}`,
      role: 'security',
      waitFor: '[role=dialog]',
      prepare: (page) => press(page, 'Disable the account'),
    },
    { name: 'recovery', path: `/recoveries/${scene.held}`, role: 'security', waitFor: '.timeline' },
    {
      name: 'recovery-completed',
      path: `/recoveries/${scene.completed}`,
      role: 'security',
      waitFor: 'table',
    },
    {
      name: 'assist',
      path: `/accounts/${scene.id}`,
      role: 'support',
      waitFor: '.spelled',
      prepare: startAssist,
    },
    {
      name: 'assist-number',
      path: `/accounts/${scene.id}`,
      role: 'support',
      waitFor: '.number',
      prepare: async (page) => {
        const code = await startAssist(page);
        const { page: caller } = await stage.visit();
        await enterCode(caller, code);
        await caller.context().close();
      },
    },
    { name: 'decisions', path: '/decisions', role: 'security', waitFor: 'section + section table' },
    {
      name: 'override',
      path: `/overrides/${scene.requested}`,
      role: 'security',
      waitFor: 'pre',
      prepare: (page) => press(page, 'Read what I sign'),
    },
    {
      name: 'diagnosis',
      path: '/diagnosis',
      role: 'support',
      waitFor: '.evidence',
      prepare: async (page) => {
        await page.getByLabel('Token').fill(scene.token);
        await press(page, 'Diagnose');
      },
    },
    { name: 'clients', path: '/clients', role: 'auditor', waitFor: 'table' },
    { name: 'audit', path: '/audit', role: 'auditor', waitFor: 'table' },
    {
      name: 'proof',
      path: `/audit/${scene.event}`,
      role: 'auditor',
      waitFor: '[role=status] .facts',
      prepare: (page) => press(page, 'Get the proof'),
    },
    {
      name: 'members',
      path: '/members',
      role: 'admin',
      waitFor: '.note code',
      prepare: async (page) => {
        await page.getByRole('textbox', { name: 'Name' }).fill('Ada Byron');
        await press(page, 'Invite');
        await explained(page, 'Invite');
      },
    },
    { name: 'settings', path: '/settings', role: 'admin', waitFor: 'table' },
  ];

  test.each([
    [1280, 900, 'light'],
    [360, 740, 'dark'],
  ] as const)('at %i pixels', async (width, height, colorScheme) => {
    mkdirSync(folder, { recursive: true });
    for (const { name, path, role, waitFor, prepare } of pictures()) {
      const viewport = { width, height };
      const { page } = await stage.enterDemo(role, { viewport, colorScheme, reducedMotion: 'reduce' });
      await stage.go(page, path);
      await page.waitForLoadState('networkidle');
      await prepare?.(page);
      await page.waitForSelector(waitFor);
      await page.screenshot({
        path: `${folder}/${name}-${width}-${colorScheme}.png`,
        animations: 'disabled',
      });
      await page.context().close();
    }
  });
});
