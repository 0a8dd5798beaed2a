import { parse } from 'csv-parse/sync';
import { csvRecord } from './written-csv.js';

describe('CSV', () => {
  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', '\nx', ' =1', '＝1', "=cmd|' /C calc'!A0"])(
    'the formula %j is a text',
    (text) => {
      expect(parse(csvRecord([text, 'b']), { record_delimiter: '\r\n' })).toEqual([[`'${text}`, 'b']]);
    },
  );

  test.each(['a,b', 'say "no"', 'two\r\nlines', '', 'plain', "it's", 'a=b', '漢字'])(
    'the text %j comes back as it was',
    (text) => {
      expect(parse(csvRecord(['a', text, 'c']), { record_delimiter: '\r\n' })).toEqual([['a', text, 'c']]);
    },
  );

  test('a missing value is empty, and an object is JSON', () => {
    const record = csvRecord([undefined, { reason: '=1', times: 2 }]);
    expect(parse(record, { record_delimiter: '\r\n' })).toEqual([['', '{"reason":"=1","times":2}']]);
  });
});
