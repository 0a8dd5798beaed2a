import { mayPass, OfflineError, ProblemError, problemOf } from './problem.js';

describe('problem documents', () => {
  test.each([
    [
      'a refusal',
      404,
      { code: 'not_found', title: 'Not found.' },
      { code: 'not_found', title: 'Not found.' },
    ],
    ['no JSON', 502, undefined, { code: 'http_502', title: '' }],
    ['JSON of something else', 500, ['a'], { code: 'http_500', title: '' }],
    ['null', 500, null, { code: 'http_500', title: '' }],
    ['members of other types', 400, { code: 3, title: {}, errors: 'x' }, { code: 'http_400', title: '' }],
    [
      'errors, of which one is unreadable',
      400,
      { code: 'invalid_request', title: 'No.', errors: [{ pointer: '/from', detail: 'is no time' }, 7] },
      { code: 'invalid_request', title: 'No.', errors: [{ pointer: '/from', detail: 'is no time' }] },
    ],
  ])('%s', (_what, status, body, expected) => {
    expect(problemOf(status, body)).toEqual({ status, ...expected });
  });

  test('a refusal is not tried again; an outage, a limit and a lost network are', () => {
    const of = (status: number) => mayPass(new ProblemError(problemOf(status, undefined)));
    expect([400, 401, 403, 404, 409, 429, 500, 503].map(of)).toEqual([
      ...[false, false, false, false, false],
      ...[true, true, true],
    ]);
    expect(mayPass(new OfflineError(undefined))).toBe(true);
    expect(mayPass(new TypeError('ours'))).toBe(false);
  });
});
