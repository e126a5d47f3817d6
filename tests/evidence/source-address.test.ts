import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkConfig } from '../../src/config.js';
import { sourceOf, trustedProxies } from '../../src/http/source-address.js';

const isTrusted = trustedProxies(['10.0.0.7', '10.1.0.0/16', 'fd00::/8']);

describe('the source of a request', () => {
  test.each([
    { name: 'nobody', peer: undefined, source: 'others' },
    { name: 'no address at all', peer: 'unix:/run/x', source: 'others' },
    { name: 'IPv4', peer: '203.0.113.9', source: '203.0.113.9' },
    { name: 'IPv4 inside IPv6', peer: '::ffff:203.0.113.9', source: '203.0.113.9' },
    { name: 'IPv4 inside IPv6, as groups', peer: '::FFFF:CB00:7109', source: '203.0.113.9' },
    { name: 'IPv6', peer: '2001:DB8:0:1:2:3:4:5', source: '2001:db8:0:1::/64' },
    { name: 'IPv6 with a zone', peer: 'fe80::1%eth0', source: 'fe80::/64' },
    { name: 'the loopback of IPv6', peer: '::1', source: '::/64' },
  ])('of $name is $source', ({ peer, source }) => {
    expect(sourceOf(peer, undefined)).toBe(source);
  });

  test('is not what a caller writes into a header, unless a trusted proxy reached us', () => {
    expect(sourceOf('203.0.113.9', '1.1.1.1', isTrusted)).toBe('203.0.113.9');
    expect(sourceOf('203.0.113.9', '10.0.0.7', isTrusted)).toBe('203.0.113.9');
    expect(sourceOf('10.0.0.7', '1.1.1.1')).toBe('10.0.0.7');
  });

  test('behind trusted proxies is the last address that is none of them', () => {
    expect(sourceOf('10.0.0.7', '1.1.1.1, 203.0.113.9', isTrusted)).toBe('203.0.113.9');
    expect(sourceOf('::ffff:10.0.0.7', '1.1.1.1, 2001:db8::5, 10.1.2.3', isTrusted)).toBe('2001:db8::/64');
    expect(sourceOf('fd00::1', '1.1.1.1,203.0.113.9', isTrusted)).toBe('203.0.113.9');
  });

  test('is the proxy where it names nobody that can be read', () => {
    for (const header of [undefined, '', 'unknown', '203.0.113.9, <script>', '203.0.113.9, ']) {
      expect(sourceOf('10.0.0.7', header, isTrusted)).toBe('10.0.0.7');
    }
  });

  test('has one spelling however it was written, and never a foreign character', () => {
    const anything = fc.oneof(fc.ipV4(), fc.ipV6(), fc.string());
    fc.assert(
      fc.property(anything, fc.array(anything), (peer, hops) => {
        const source = sourceOf(peer, hops.join(','), isTrusted);
        expect(source).toMatch(/^(others|[0-9.]{7,15}|[0-9a-f:]{2,39}\/64)$/);
        expect(sourceOf(peer.toUpperCase(), hops.join(',').toUpperCase(), isTrusted)).toBe(source);
      }),
      { seed: 4, numRuns: 500 },
    );
  });
});

test('what is neither address nor network is refused as a trusted proxy', () => {
  const problem = (value: string) => checkConfig({ BESA_TRUSTED_PROXIES: value }).problems.map(({ name }) => name);
  for (const wrong of ['proxy.example', '10.0.0.0/33', 'fd00::/129', '10.0.0.1/8/8', '10.0.0.1,', '*', 'true']) {
    expect([wrong, problem(wrong)]).toEqual([wrong, ['BESA_TRUSTED_PROXIES']]);
  }
  expect(problem('10.0.0.1, fd00::/8')).toEqual([]);
});
