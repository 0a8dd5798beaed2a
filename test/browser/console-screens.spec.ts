import { MovableClock } from '@rekey/kernel';
import { secretIn } from '../flows/staff-browser.js';
import { screensOf } from './console-paths.js';
import { furnish, type Scene } from './console-scene.js';
import { hour, useConsole } from './console-stage.js';
import { expectAccessible, shoot } from './looks.js';

/** All looks of all screens are tried when pictures are taken; else each screen in two looks, which have nothing in common. */
const isThorough = process.env.REKEY_SHOTS !== undefined;

/** Every screen of the console, in the looks that people have. */
describe('the screens of the console, in Chromium', () => {
  const stage = useConsole({ clock: new MovableClock(Date.now() - 27 * hour) });
  let scene: Scene;
  let invitation: string;
  beforeAll(async () => {
    scene = await furnish(stage);
    invitation = secretIn((await stage.invited('Grace Hopper', 'security')).url);
  });

  test.each([
    [360, 'en-GB', 'light', 0],
    [1280, 'zh-CN', 'dark', 0],
    [360, 'zh-CN', 'dark', 1],
    [1280, 'en-GB', 'light', 1],
  ] as const)('at %i pixels, in %s, %s', async (width, locale, colorScheme, turn) => {
    const look = { viewport: { width, height: 800 }, locale, colorScheme };
    const { page, complaints } = await stage.visit(look);
    const faults: string[] = [];
    const all = screensOf(scene, invitation);
    const own = all.filter((_, nth) => isThorough || nth % 2 === turn);
    for (const [name, path, role, waitFor] of own) {
      await page.context().clearCookies();
      if (role) await stage.demo(page, role);
      await page.goto('about:blank');
      await stage.go(page, path);
      await page.waitForSelector(waitFor);
      if (isThorough) await page.waitForLoadState('networkidle');
      const shown = `console-${name}-${width}-${locale.slice(0, 2)}-${colorScheme}`;
      await shoot(page, shown);
      await expectAccessible(page).catch((fault: Error) => faults.push(`${shown}: ${fault.message}`));
    }
    expect([...faults, ...complaints]).toEqual([]);
    await page.context().close();
  });
});
