import { describe, expect, it } from 'vitest';
import { ResponseHeaders } from '../../src/net/response-headers.ts';

function headers(...raw: readonly string[]): ResponseHeaders {
  return new ResponseHeaders(raw.map((text) => Buffer.from(text, 'latin1')));
}

describe('ResponseHeaders', () => {
  it('finds a header whatever the case in which it was sent', () => {
    const given = headers('Content-Type', 'text/html', 'LOCATION', '/there');
    expect(given.get('content-type')).toBe('text/html');
    expect(given.get('location')).toBe('/there');
    expect(given.has('location')).toBe(true);
  });

  it('knows which are not there', () => {
    const given = headers('content-encodinf', 'gzip', 'x', 'content-encoding');
    expect(given.has('content-encoding')).toBe(false);
    expect(given.get('content-encoding')).toBeUndefined();
    expect(new ResponseHeaders([]).has('')).toBe(false);
  });

  it('gives the values of one that came several times, in order', () => {
    const given = headers('Via', 'one', 'x', 'y', 'via', 'two', 'VIA', 'three');
    expect(given.get('via')).toEqual(['one', 'two', 'three']);
    expect([...given.entries()]).toEqual([
      ['via', ['one', 'two', 'three']],
      ['x', 'y'],
    ]);
  });

  it('takes names that objects have for names like any other', () => {
    const given = headers('__proto__', 'a', 'constructor', 'b');
    expect(given.get('__proto__')).toBe('a');
    expect(given.get('constructor')).toBe('b');
    expect(given.get('toString')).toBeUndefined();
  });

  it('reads bytes beyond ASCII one by one', () => {
    expect(headers('x', 'caf\u00e9').get('x')).toBe('café');
  });
});
