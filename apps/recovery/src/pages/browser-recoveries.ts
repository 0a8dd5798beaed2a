import type { SealedCookies } from '@rekey/http';
import { is256Bits } from '@rekey/kernel';
import type { RecoveryReference } from '@rekey/recovery';
import { z } from 'zod';
import { fromJson } from './from-json.js';

/** A recovery of this browser, and where an app waits for the person. */
export interface BrowserRecovery extends RecoveryReference {
  app?: { name: string; origin: string } | undefined;
}

/** What stands in a cookie was sealed here for that cookie; it is read like everything else that comes from outside. */
const recoveryCookie: z.ZodType<BrowserRecovery> = z.strictObject({
  id: z.uuid(),
  token: z.string().refine(is256Bits),
  app: z.strictObject({ name: z.string().max(100), origin: z.string().max(2_000) }).optional(),
});
const earlierCookie = z.array(recoveryCookie);

/** Tabs that a person may have left open, besides the last one. A cookie has no room for many. */
const earlierAtMost = 3;
const sealedAtMost = 3_500;
const anHour = 3_600;
/** Longer than a recovery is held, and waits for its person afterwards. */
const aWeek = 7 * 86_400;

/**
 * The recoveries of one browser: the one that it started last in one cookie, which is all that most browsers ever have; and in another one
 * those that it started before, which other tabs may still show. Strict: every page that needs them is reached from a page of ours.
 */
export class BrowserRecoveries {
  /** The one that was started last, unless it has ended here. */
  readonly last: BrowserRecovery | undefined;
  private readonly earlier: BrowserRecovery[];

  constructor(private readonly cookies: SealedCookies<'recovery' | 'earlier'>) {
    const [last, earlier] = [cookies.open('recovery'), cookies.open('earlier')];
    this.last = last === undefined ? undefined : fromJson(recoveryCookie, last);
    this.earlier = (earlier === undefined ? undefined : fromJson(earlierCookie, earlier)) ?? [];
  }

  /** The last one first, as all others in the order of their starts. */
  get all(): BrowserRecovery[] {
    return this.last ? [this.last, ...this.earlier] : this.earlier;
  }

  isLast({ id }: RecoveryReference): boolean {
    return this.last?.id === id;
  }

  /** Another one was started here. */
  add(recovery: BrowserRecovery): void {
    this.setLast(recovery, anHour);
    const others = this.all.filter(({ id }) => id !== recovery.id);
    if (others.length > 0) this.setEarlier(others);
  }

  /** The browser shall have it for longer. @param seconds from now on */
  keep(recovery: BrowserRecovery, seconds: number): void {
    if (this.isLast(recovery)) this.setLast(recovery, seconds);
  }

  /** It has ended here. */
  remove(over: RecoveryReference): void {
    if (this.isLast(over)) this.cookies.clear('recovery');
    this.removeEarlier([over]);
  }

  removeEarlier(over: readonly RecoveryReference[]): void {
    const left = this.earlier.filter(({ id }) => !over.some((one) => one.id === id));
    if (left.length < this.earlier.length) this.setEarlier(left);
  }

  private setLast(recovery: BrowserRecovery, seconds: number): void {
    this.cookies.set('recovery', JSON.stringify(recovery), 'strict', seconds);
  }

  private setEarlier(recoveries: BrowserRecovery[]): void {
    let kept = recoveries.slice(0, earlierAtMost);
    while (this.cookies.seal('earlier', JSON.stringify(kept)).length > sealedAtMost) kept = kept.slice(0, -1);
    if (kept.length === 0) this.cookies.clear('earlier');
    else this.cookies.set('earlier', JSON.stringify(kept), 'strict', aWeek);
  }
}
