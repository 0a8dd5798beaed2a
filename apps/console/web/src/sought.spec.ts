import { placesFor } from './sought.js';

const id = '0190B3C8-0000-7000-8000-00000000000A';
const places = (of: string) => [
  `recovery ${of.toLowerCase()}`,
  `account ${of}`,
  `request ${of.toLowerCase()}`,
];
const trace = ['identifier', 'account', 'request'];

test.each([
  ['', []],
  ['  \n', []],
  [' mei@example.com ', ['identifier mei@example.com']],
  ['+86 138 0013 8000', ['identifier +86 138 0013 8000']],
  ['mei', ['identifier mei', 'account mei']],
  [id, places(id)],
  [`urn:uuid:${id}`, places(id)],
  [id.slice(1), ['identifier', 'account', 'request'].map((as) => `${as} ${id.slice(1)}`)],
  ['0af7651916cd43dd8448eb211c80319c', trace.map((as) => `${as} 0af7651916cd43dd8448eb211c80319c`)],
  ['梅林', ['identifier 梅林', 'account 梅林']],
])('%j is looked for as %j', (typed, places) => {
  expect(placesFor(typed).map(({ as, value }) => `${as} ${value}`)).toEqual(places);
});
