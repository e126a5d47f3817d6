// Closed-loop load over kept-alive connections: each sends its next request when its answer is complete. No dependencies,
// because a generator that is slower than the server measures itself.
import net from 'node:net';

/**
 * @param {{ url: string, headers: Record<string, string>, bodies: readonly string[], connections: number, milliseconds: number }} options
 * @returns {Promise<{ count: number, perSecond: number, p50Ms: number, p99Ms: number, errors: number, firstError?: string }>}
 */
export async function load({ url, headers, bodies, connections, milliseconds }) {
  const target = new URL(url);
  const requests = bodies.map((body) => requestOf(target, headers, body));
  const tally = { latencies: [], errors: 0, firstError: undefined, next: Math.floor(Math.random() * requests.length) };
  const begun = performance.now();
  const end = begun + milliseconds;
  await Promise.all(Array.from({ length: connections }, () => connection(target, requests, tally, end)));
  const seconds = (performance.now() - begun) / 1000;
  const sorted = tally.latencies.sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  const { errors, firstError } = tally;
  return {
    count: sorted.length,
    perSecond: sorted.length / seconds,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    errors,
    firstError,
  };
}

function requestOf(target, headers, body) {
  const lines = [
    `POST ${target.pathname} HTTP/1.1`,
    `host: ${target.host}`,
    'content-type: application/json',
    'accept: application/json',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

function connection(target, requests, tally, end) {
  return new Promise((resolve) => {
    const socket = net.connect(Number(target.port), target.hostname).setNoDelay(true);
    let answer = newAnswer();
    let sent = 0;
    const send = () => {
      sent = performance.now();
      if (sent > end) return socket.destroy();
      answer = newAnswer();
      tally.next = (tally.next + 1) % requests.length;
      socket.write(requests[tally.next]);
    };
    const fault = (text) => {
      tally.errors += 1;
      tally.firstError ??= text;
    };
    socket.on('connect', send);
    socket.on('error', (error) => fault(String(error)));
    socket.on('close', resolve);
    socket.on('data', (chunk) => {
      if (!isComplete(answer, chunk)) return;
      // An error is no answer: a system that refuses quickly must not look fast.
      if (answer.isFault) fault(answer.head);
      else tally.latencies.push(performance.now() - sent);
      send();
    });
  });
}

const newAnswer = () => ({ head: '', expected: -1, received: 0, isChunked: false, isFault: false });

function isComplete(answer, chunk) {
  if (answer.expected < 0 && !answer.isChunked) {
    answer.head += chunk.latin1Slice(0, chunk.length);
    const headEnd = answer.head.indexOf('\r\n\r\n');
    if (headEnd < 0) return false;
    const length = /content-length: *(\d+)/i.exec(answer.head.slice(0, headEnd));
    answer.isFault =
      !answer.head.startsWith('HTTP/1.1 200') || answer.head.slice(headEnd + 4, headEnd + 60).includes('"errors"');
    answer.isChunked = length === null;
    answer.expected = length === null ? 0 : Number(length[1]);
    answer.received = answer.head.length - headEnd - 4;
  } else answer.received += chunk.length;
  if (answer.isChunked) return chunk.length >= 5 && chunk.latin1Slice(chunk.length - 5) === '0\r\n\r\n';
  return answer.received >= answer.expected;
}
