/** A value that JSON can hold. A key whose value is `undefined` is an absent key. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

/**
 * The one spelling of a JSON value: equal values have equal bytes, different values different ones. What is hashed or signed
 * goes through here.
 *
 *     { b: [1.0, 'é'], a: undefined, A: true } → {"A":true,"b":[1,"é"]}
 *
 * Keys are sorted by UTF-16 code units, numbers and strings written as ECMAScript's `JSON.stringify` does, no white space.
 * Text is taken as it is: `é` composed and decomposed are different texts, and stay so.
 *
 * @throws TypeError for what I-JSON cannot say: NaN, an infinity, a lone surrogate, a function, a bigint, an object that is
 *   no plain one (a Date, a Map), `undefined` elsewhere than behind a key
 * @see RFC 8785 (JSON Canonicalization Scheme), RFC 7493 (I-JSON)
 */
export function canonicalJson(value: JsonValue): string {
  switch (typeof value) {
    case 'boolean':
      return String(value);
    case 'number':
      return numberText(value);
    case 'string':
      return stringText(value);
    case 'object':
      if (value === null) return 'null';
      return isList(value) ? `[${Array.from(value, canonicalJson).join(',')}]` : objectText(value);
    default:
      throw new TypeError(`a ${typeof value} has no canonical JSON`);
  }
}

// `Array.isArray` alone does not narrow readonly arrays.
function isList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function numberText(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError(`${value} has no canonical JSON`);
  // ECMAScript's shortest text that reads back as the same number is the one RFC 8785 prescribes; it writes -0 as 0.
  return JSON.stringify(value);
}

function stringText(value: string): string {
  // `JSON.stringify` would write a lone surrogate as `\udXXX`, other implementations as U+FFFD: two spellings of one value.
  if (/\p{Surrogate}/u.test(value)) throw new TypeError('a text with a lone surrogate has no canonical JSON');
  return JSON.stringify(value);
}

function objectText(value: { readonly [key: string]: JsonValue | undefined }): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  // A Date or a Map would come out as `{}` and stand for every other one.
  if (prototype !== Object.prototype && prototype !== null)
    throw new TypeError('only plain objects have canonical JSON');
  const members: string[] = [];
  // The default order of `sort` is the one of UTF-16 code units that RFC 8785 asks for.
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member !== undefined) members.push(`${stringText(key)}:${canonicalJson(member)}`);
  }
  return `{${members.join(',')}}`;
}
