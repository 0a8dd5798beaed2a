import type { PageBrowser } from '../../flows/page-browser.js';
import { faultOf } from './campaign.js';
import { twist } from './edges.js';
import type { Random } from './random.js';

interface Field {
  name: string;
  value: string;
}

interface PageForm {
  action: string;
  fields: Field[];
}

export interface Strayed {
  at: string;
  form?: Record<string, string> | undefined;
  status: number;
  why: string;
}

const entities: Record<string, string> = { amp: '&', quot: '"', lt: '<', gt: '>', '#39': "'" };
const attribute = (tag: string, name: string): string | undefined =>
  new RegExp(`\\b${name}="([^"]*)"`)
    .exec(tag)?.[1]
    ?.replace(/&([a-z]+|#39);/g, (all, word) => entities[word] ?? all);

export const formsIn = (html: string): PageForm[] =>
  [...html.matchAll(/<form[^>]*>[\s\S]*?<\/form>/g)].map(([form]) => ({
    action: attribute(form, 'action') ?? '',
    fields: [...form.matchAll(/<(?:input|select|button)\b[^>]*>/g)].flatMap(([tag]) => {
      const name = attribute(tag, 'name');
      return name ? [{ name, value: attribute(tag, 'value') ?? '' }] : [];
    }),
  }));

/**
 * Walks through the pages like a person or an attacker: takes a form of the current page, fills in valid or nearly valid
 * values, sends it and checks every response.
 */
export class Walker {
  private page = { html: '' };
  readonly strayed: Strayed[] = [];
  readonly seen = new Map<string, number>();

  constructor(
    private readonly random: Random,
    private readonly browser: PageBrowser,
    /** The pages that can be opened without a form. */
    private readonly doors: () => Promise<string[]>,
    /** The valid value of a field, by its name; undefined for a field that the page itself has filled in. */
    private readonly right: (name: string) => Promise<string | undefined>,
  ) {}

  /** Walks straight on, with valid values only. @param names a field of each form on the way */
  async through(door: string, names: readonly string[], arrived: () => Promise<unknown>): Promise<void> {
    await this.go(door);
    for (const name of names) {
      await arrived();
      const form = formsIn(this.page.html).find(({ fields }) => fields.some((field) => field.name === name));
      if (!form) throw new Error(`no form asks for ${name}`);
      const filled: Record<string, string> = {};
      for (const field of form.fields) filled[field.name] = (await this.right(field.name)) ?? field.value;
      await this.look(`POST ${form.action}`, await this.browser.post(form.action, filled), filled);
    }
  }

  async step(): Promise<void> {
    const { random } = this;
    const forms = formsIn(this.page.html);
    if (forms.length === 0 || random.maybe(0.15)) return this.go(random.pick(await this.doors()));
    const { action, fields } = random.pick(forms);
    const form: Record<string, string> = {};
    for (const { name, value } of fields) {
      const wanted = (await this.right(name)) ?? value;
      const isOwn = ['csrf', 'setup', 'id'].includes(name);
      form[name] = random.maybe(isOwn ? 0.05 : 0.3) ? twist(random, wanted) : wanted;
    }
    if (random.maybe(0.05)) delete form[random.pick(Object.keys(form))];
    const answer = await this.browser.post(action, form);
    await this.look(`POST ${action}`, answer, form);
  }

  private async go(path: string): Promise<void> {
    await this.look(`GET ${path.replace(/token=.*/, 'token=')}`, await this.browser.get(path));
  }

  private async look(
    at: string,
    answer: Awaited<ReturnType<PageBrowser['get']>>,
    form?: Record<string, string>,
  ): Promise<void> {
    const { status, headers, html } = answer;
    const which = `${at.replace(/\?.*/, '')} ${status}`;
    this.seen.set(which, (this.seen.get(which) ?? 0) + 1);
    const why = faultOf({ status, headers: Object.fromEntries(headers), text: html });
    if (why) this.strayed.push({ at, form, status, why: `${why}: ${html.slice(0, 200)}` });
    const next = headers.get('location');
    if (next?.startsWith('/')) return this.go(next);
    if (html) this.page = { html };
  }
}
