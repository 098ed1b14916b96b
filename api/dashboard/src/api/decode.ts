// Decoders turn an unknown JSON value into a typed one, or fail naming the exact place that is wrong.
// They promise that what a page renders has the type it says; unknown extra fields are let through unread.

export type Decoder<T> = (value: unknown, path: string) => T;
export type Decoded<D> = D extends Decoder<infer T> ? T : never;

export class DecodeError extends Error {
  constructor(path: string, expected: string, value: unknown) {
    super(`${path} should be ${expected} but is ${describe(value)}`);
    this.name = "DecodeError";
  }
}

function describe(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "missing";
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}

export const text: Decoder<string> = (value, path) => {
  if (typeof value === "string") return value;
  throw new DecodeError(path, "text", value);
};

export const number: Decoder<number> = (value, path) => {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new DecodeError(path, "a number", value);
};

export type Scalar = string | number | boolean | null;

/** What a view's column holds; null where nobody has told it. */
export const scalar: Decoder<Scalar> = (value, path) => {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new DecodeError(path, "text, a number, true, false or null", value);
};

/** null and a missing field are the same: the platform does not know the value. */
export function nullable<T>(inner: Decoder<T>): Decoder<T | null> {
  return (value, path) => (value === null || value === undefined ? null : inner(value, path));
}

export function list<T>(inner: Decoder<T>): Decoder<T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new DecodeError(path, "a list", value);
    return value.map((item, index) => inner(item, `${path}[${index}]`));
  };
}

export function object<F extends Record<string, Decoder<unknown>>>(fields: F): Decoder<{ [K in keyof F]: Decoded<F[K]> }> {
  return (value, path) => {
    if (!isRecord(value)) throw new DecodeError(path, "an object", value);
    const decoded = Object.entries(fields).map(([name, inner]) => [name, inner(value[name], `${path}.${name}`)]);
    return Object.fromEntries(decoded) as { [K in keyof F]: Decoded<F[K]> };
  };
}

/** An object whose names are data: `topic/partition`, a view's columns. */
export function record<T>(inner: Decoder<T>): Decoder<Record<string, T>> {
  return (value, path) => {
    if (!isRecord(value)) throw new DecodeError(path, "an object", value);
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, inner(item, `${path}.${name}`)]));
  };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
