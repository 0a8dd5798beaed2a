/** The pages as a browser without script sees them: forms, cookies, headers. */
export class PageBrowser {
  private readonly cookies = new Map<string, string>();
  readonly setCookies: string[] = [];

  constructor(
    private readonly base: string,
    private readonly household: () => string,
  ) {}

  /** As a browser drops a cookie that has expired. @param name of one; all of them when left out */
  drop(name?: string): void {
    if (name === undefined) this.cookies.clear();
    else this.cookies.delete(name);
  }

  async get(path: string, headers: Record<string, string> = {}) {
    return this.send('GET', path, headers);
  }

  async head(path: string) {
    return this.send('HEAD', path, {});
  }

  async post(path: string, form: Record<string, string>, headers: Record<string, string> = {}) {
    const body = new URLSearchParams(form).toString();
    return this.send('POST', path, { 'content-type': 'application/x-www-form-urlencoded', ...headers }, body);
  }

  /** Fills in the form of a page and follows the redirect. */
  async submit(page: { html: string }, path: string, form: Record<string, string>) {
    const answer = await this.post(path, { csrf: csrfIn(page.html), ...form });
    const next = answer.headers.get('location');
    return next ? this.get(next) : answer;
  }

  private async send(method: string, path: string, headers: Record<string, string>, body?: string) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const all = { 'x-forwarded-for': this.household(), cookie, ...headers };
    const response = await fetch(`${this.base}${path}`, {
      method,
      redirect: 'manual',
      headers: all,
      ...(body === undefined ? {} : { body }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const at = pair.indexOf('=');
      if (/expires=Thu, 01 Jan 1970/i.test(line)) this.cookies.delete(pair.slice(0, at));
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
      this.setCookies.push(line);
    }
    return { status: response.status, headers: response.headers, html: await response.text() };
  }
}

export const csrfIn = (html: string): string => /name="csrf" value="([\w.-]{43,})"/.exec(html)?.[1] ?? '';
