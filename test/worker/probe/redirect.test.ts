import { describe, expect, it } from 'vitest';
import { isRedirect, nextHop, type Hop } from '../../../src/worker/probe/redirect.ts';

const post: Hop = { url: new URL('https://a.example/login?token=1'), method: 'POST', body: { text: 'secret' } };

describe('isRedirect', () => {
  it.each([301, 302, 303, 307, 308])('%i asks to look elsewhere', (code) => expect(isRedirect(code)).toBe(true));
  it.each([200, 300, 304, 305, 306, 404])('%i does not', (code) => expect(isRedirect(code)).toBe(false));
});

describe('nextHop', () => {
  it.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [303, 'PUT', 'GET'],
    [303, 'HEAD', 'HEAD'],
    [302, 'HEAD', 'HEAD'],
    [302, 'PUT', 'PUT'],
    [307, 'POST', 'POST'],
    [308, 'PUT', 'PUT'],
  ])('after %i makes a %s a %s', (code, method, expected) => {
    expect(nextHop({ ...post, method }, code, '/next')).toMatchObject({ method: expected });
  });

  it('leaves the body behind with the method', () => {
    expect(nextHop(post, 303, '/next')).toMatchObject({ body: null });
    expect(nextHop(post, 307, '/next')).toMatchObject({ body: { text: 'secret' } });
  });

  it('sends no body to another host', () => {
    expect(nextHop(post, 307, 'https://b.example/')).toMatchObject({ reason: 'blocked' });
    expect(nextHop(post, 303, 'https://b.example/')).toMatchObject({ method: 'GET', body: null });
  });

  it.each([
    ['there', 'https://a.example/there'],
    ['?page=2', 'https://a.example/login?page=2'],
    ['//b.example/x', 'https://b.example/x'],
    [' https://b.example/ ', 'https://b.example/'],
    ['https://user:password@a.example/', 'https://a.example/'],
  ])('reads the location %s as %s', (location, expected) => {
    const hop = nextHop({ ...post, method: 'GET', body: null }, 302, location);
    expect('url' in hop && hop.url.href).toBe(expected);
  });

  it.each([
    [null, 'redirect_invalid'],
    ['', 'redirect_invalid'],
    ['   ', 'redirect_invalid'],
    ['https://[bad', 'redirect_invalid'],
    ['file:///etc/passwd', 'redirect_invalid'],
    ['javascript:alert(1)', 'redirect_invalid'],
    ['data:text/html,x', 'redirect_invalid'],
    ['https://a.example:0/', 'redirect_invalid'],
    ['http://a.example/', 'redirect_downgrade'],
  ])('refuses the location %s as %s', (location, reason) => {
    expect(nextHop(post, 302, location)).toMatchObject({ reason });
  });
});
