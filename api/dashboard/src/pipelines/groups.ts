// What the committed offsets of consumer groups that are not ours say, in words.
import type { GroupLag } from "../api/resources";
import { compact, UNKNOWN } from "../format/numbers";
import { duration } from "../format/times";

/** Partition 2 comes before partition 10. */
export function groupsInOrder(groups: GroupLag[]): GroupLag[] {
  return groups.toSorted((a, b) => a.group.localeCompare(b.group) || a.topic.localeCompare(b.topic) || a.partition - b.partition);
}

export function groupCount(groups: GroupLag[]): number {
  return new Set(groups.map(({ group }) => group)).size;
}

export function lagText({ behind, behind_seconds: seconds }: GroupLag): string {
  return behind <= 0 ? "none" : duration(seconds);
}

/** Both are unknown before the second look at a group. */
export function ratesText({ in_per_second: into, out_per_second: out }: GroupLag): string {
  return `${rate(into)} / ${rate(out)}`;
}

/** An end that never comes is known; one that nobody has worked out yet is not. */
export function caughtUpText({ behind, in_per_second: into, out_per_second: out, caught_up_in_seconds: seconds }: GroupLag): string {
  if (seconds !== null) return duration(seconds);
  return behind > 0 && into !== null && out !== null ? "never at this rate" : UNKNOWN;
}

/** Groups may be slow: what would round to nothing is told from nothing. */
function rate(perSecond: number | null): string {
  return perSecond !== null && perSecond > 0 && perSecond < 0.05 ? "<0.1" : compact(perSecond);
}
