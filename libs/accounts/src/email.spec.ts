import { isRefused } from '@rekey/kernel';
import { normaliseIdentifier } from './identifier.js';

const read = (typed: string) => normaliseIdentifier(typed);

test.each([
  ['mailto:Ada@Example.com', 'Ada@example.com'],
  ['MAILTO:ada@example.com', 'ada@example.com'],
  ['mailto:ada@example.com?subject=Hello', 'ada@example.com'],
  ['mailto:ada%2Bshop@example.com', 'ada+shop@example.com'],
  // As mail programs copy it, and as a sentence, a list or a phone's keyboard has it.
  ['Ada <ada@example.com>', 'ada@example.com'],
  ['"Lovelace, Ada" <ada@example.com>,', 'ada@example.com'],
  ['李 <mei@例子.中国>;', 'mei@xn--fsqu00a.xn--fiqs8s'],
  ['<ada@example.com>', 'ada@example.com'],
  ['"Ada" <mailto:ada@example.com>', 'ada@example.com'],
  ['ada@example.com.', 'ada@example.com'],
  ['ada@example.com。', 'ada@example.com'],
  ['ada@example.com,', 'ada@example.com'],
  ['(ada@example.com)', 'ada@example.com'],
  ['“ada@example.com”', 'ada@example.com'],
  ["'ada@example.com';", 'ada@example.com'],
  ['ada @ example.com', 'ada@example.com'],
  ['ada@example. com', 'ada@example.com'],
  ['ada@mail . example . com', 'ada@mail.example.com'],
  ['\u2068ada@example.com\u2069.', 'ada@example.com'],
  // One domain, in every spelling.
  ['mei@例子.中国', 'mei@xn--fsqu00a.xn--fiqs8s'],
  ['mei@例子。中国', 'mei@xn--fsqu00a.xn--fiqs8s'],
  ['mei@XN--FSQU00A.xn--fiqs8s', 'mei@xn--fsqu00a.xn--fiqs8s'],
  ['mei@ｅｘａｍｐｌｅ．ｃｏｍ', 'mei@example.com'],
  ['mei@straße.de', 'mei@xn--strae-oqa.de'],
  ['mei@strasse.de', 'mei@strasse.de'],
  ['mei@bu\u0308cher.example', 'mei@xn--bcher-kva.example'],
  ['mei@B\u00dcCHER.example', 'mei@xn--bcher-kva.example'],
  ['mei@☕.example', 'mei@xn--53h.example'],
  ['root@localhost', 'root@localhost'],
  ['ada@08.example', 'ada@08.example'],
  ['+12025550143@sms.example.com', '+12025550143@sms.example.com'],
  ['12345@example.com', '12345@example.com'],
  // Of Japanese carriers.
  ['a..b@docomo.ne.jp', 'a..b@docomo.ne.jp'],
  ['a.@ezweb.ne.jp', 'a.@ezweb.ne.jp'],
  ['.a@softbank.ne.jp', '.a@softbank.ne.jp'],
  ['-a...@docomo.ne.jp', '-a...@docomo.ne.jp'],
  ['"a..b"@docomo.ne.jp', 'a..b@docomo.ne.jp'],
  ['"a."@ezweb.ne.jp', 'a.@ezweb.ne.jp'],
  [`${'x'.repeat(64)}@example.com`, `${'x'.repeat(64)}@example.com`],
])('%j is %s', (typed, value) => {
  const identifier = { kind: 'email', value, lookup: value.toLowerCase() };
  expect(read(typed)).toEqual(identifier);
  expect(read(value)).toEqual(identifier);
});

test.each([
  // What is left of a URL.
  'ada@example.com/',
  'ada@example.com/inbox',
  'ada@example.com?subject=x',
  'ada@example.com#top',
  'ada@example.com:25',
  'ada@example.com\\inbox',
  'ada@ex%61mple.com',
  'ada@example.com／inbox',
  'ada@example.com？x',
  'ada@ex％61mple.com',
  'mailto:ada@example.com,mei@example.com',
  'mailto:ada%0D%0Abcc:mei@example.com',
  'mailto:ada%@example.com',
  'mailto:mailto:ada@example.com',
  'https://ada@example.com',
  // No domain.
  'ada@127.0.0.1',
  'ada@127.1',
  'ada@0x7f000001',
  'ada@2130706433',
  'ada@[127.0.0.1]',
  'ada@[IPv6:::1]',
  'ada@::1',
  'ada@1.2.3.4.5',
  'ada@１２７.０.０.１',
  'ada@.example.com',
  'ada@exa mple.com',
  'ada@exa\tmple.com',
  'ada@-example.com',
  'ada@exa_mple.com',
  'ada@xn--a.com',
  `ada@${'x'.repeat(64)}.com`,
  `ada@${'例'.repeat(60)}.${'子'.repeat(60)}.${'文'.repeat(60)}.com`,
  // Several, or with more than a name.
  '<Ada <ada@example.com>>',
  'mei@example.com <ada@example.com>',
  'Ada <ada@example.com> <mei@example.com>',
  'ada lee@example.com',
  'ada@example.com (Ada)',
  'ada@example.com, mei@example.com',
  'ada@example.com;mei@example.com',
  'ada@mei@example.com',
  // Quotes that no dots ask for.
  '"ada"@example.com',
  '"a b"@example.com',
  '"a\\..b"@example.com',
  `${'x'.repeat(65)}@example.com`,
])('%j is refused', (typed) => {
  const outcome = read(typed);
  expect(isRefused(outcome) && outcome.code).toBe('invalid_request');
});
