// What a correction says, in words: which row, and which of its columns have another value now.
import type { Scalar } from "../api/decode";
import type { Correction } from "../api/resources";
import { exact, UNKNOWN } from "../format/numbers";

export interface Change {
  column: string;
  /** Null where there was no row before. */
  from: string | null;
  to: string;
}

/** The columns that differ, in the API's order; all of them where there was no row. */
export function changes({ old, new: now }: Correction): Change[] {
  return Object.keys({ ...now, ...old })
    .filter((column) => old === null || value(old, column) !== value(now, column))
    .map((column) => ({ column, from: old && shown(value(old, column)), to: shown(value(now, column)) }));
}

/** Names and values as they are: a category's number is no amount. */
export function keyText({ key }: Correction): string {
  return Object.entries(key).map(([name, part]) => `${name} ${part === null ? UNKNOWN : String(part)}`).join(", ");
}

export function newestFirst(corrections: Correction[]): Correction[] {
  return corrections.toSorted((a, b) => Date.parse(b.corrected_at) - Date.parse(a.corrected_at));
}

function value(row: Record<string, Scalar> | null, column: string): Scalar {
  return row?.[column] ?? null;
}

function shown(scalar: Scalar): string {
  return scalar === null || typeof scalar === "number" ? exact(scalar) : String(scalar);
}
