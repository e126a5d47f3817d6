import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';
import { OTHER_SOURCES } from '../domain/turned-away.js';

/** Whose word about where a request came from is taken: addresses and networks, such as `10.0.0.7` or `10.1.0.0/16`. */
export type IsTrustedProxy = (address: string) => boolean;

/** @param entries as BESA_TRUSTED_PROXIES holds them, checked there. @throws if one is neither address nor network */
export function trustedProxies(entries: readonly string[]): IsTrustedProxy {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', bits] = entry.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/**
 * Where a request came from, as its refusals are counted: the address that reached us, or, where that is a proxy we trust, the one
 * it names. What stands further left in `X-Forwarded-For` was written by whoever asked, and is believed only from a trusted proxy.
 *
 *     peer 10.0.0.7 (trusted), `X-Forwarded-For: 1.1.1.1, 203.0.113.9` → 203.0.113.9
 *     peer 2001:db8:1:2:3:4:5:6                                       → 2001:db8:1:2::/64
 *
 * @returns IPv4 address, IPv6 network of 64 bits (one subscriber has a whole one), OTHER_SOURCES if there is none
 */
export function sourceOf(
  peer: string | undefined,
  forwardedFor: string | undefined,
  isTrusted: IsTrustedProxy = () => false,
): string {
  let address = plainAddress(peer ?? '');
  const hops = (forwardedFor ?? '').split(',');
  while (address !== undefined && isTrusted(address)) {
    const named = plainAddress(hops.pop()?.trim() ?? '');
    // The trusted proxy named nobody, or nothing that can be read: then it is the source itself.
    if (named === undefined) break;
    address = named;
  }
  if (address === undefined) return OTHER_SOURCES;
  return isIPv4(address) ? address : networkOf(address);
}

/** One spelling per address: no zone, small letters, IPv4 as such where IPv6 wraps it. */
function plainAddress(text: string): string | undefined {
  const address = text.replace(/%.*$/, '');
  if (isIP(address) === 0) return undefined;
  if (isIPv4(address)) return address;
  const groups = groupsOf(address);
  const [high = 0, low = 0] = groups.slice(6);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xff_ff;
  return isMapped ? [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.') : canonical(groups);
}

function networkOf(address: string): string {
  return `${canonical([...groupsOf(address).slice(0, 4), 0, 0, 0, 0])}/64`;
}

/** The eight groups of an IPv6 address. The parser of URLs writes dotted tails as groups and shortens one run of zeros. */
function groupsOf(address: string): readonly number[] {
  const [left = '', right] = urlSpelling(address).split('::');
  const numbers = (part: string): readonly number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const [head, tail] = [numbers(left), numbers(right ?? '')];
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0), ...tail];
}

const canonical = (groups: readonly number[]): string =>
  urlSpelling(groups.map((group) => group.toString(16)).join(':'));

const urlSpelling = (address: string): string => new URL(`http://[${address}]/`).hostname.slice(1, -1);
