import { pathInApp } from './path-in-app.js';

test.each(['/', '/audit', '/audit?event=recovery_held&from=2026', '/accounts/a%2Fb', '/sign-ins'])(
  '%s is a path of this app',
  (path) => {
    expect(pathInApp(path)).toBe(path);
  },
);

test.each([
  ...[
    '',
    'audit',
    '//evil.example',
    '/\\evil.example',
    '/a\\..\\b',
    '\\\\evil.example',
    'https://evil.example',
  ],
  ...[
    'javascript:alert(1)',
    ' /audit',
    '/\t/evil.example',
    '/\n/evil.example',
    undefined,
    null,
    7,
    ['/audit'],
  ],
  ...['/sign-in', '/sign-in?to=%2Fsign-in'],
])('%j is none to go to', (wanted) => {
  expect(pathInApp(wanted)).toBeUndefined();
});
