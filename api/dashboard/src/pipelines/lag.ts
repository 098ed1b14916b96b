// What a partition's position says about its sink or group, and what a sink's partitions say together.
import type { Pipeline } from "../api/resources";
import { plural } from "../format/numbers";
import { ageSeconds } from "../format/times";

/** Figures that are older tell nothing about now: a sink that had read everything may be far behind since. */
const STALLED_AFTER_S = 60;

export type Condition = "caught-up" | "behind" | "stalled" | "stopped";

export function condition(pipeline: Pipeline, nowMs: number): Condition {
  return pipeline.trouble !== null ? "stopped" : reportedCondition(pipeline, nowMs);
}

/** Where nobody tells of trouble: what was reported, and how long ago. */
export function reportedCondition(report: Pick<Pipeline, "behind" | "updated_at">, nowMs: number): Condition {
  if ((ageSeconds(report.updated_at, nowMs) ?? 0) > STALLED_AFTER_S) return "stalled";
  return report.behind <= 0 ? "caught-up" : "behind";
}

/** The part of the partition that has been read; an empty partition is read in full. */
export function progress({ position, end }: Pick<Pipeline, "position" | "end">): number {
  return end <= 0 ? 1 : Math.min(1, position / end);
}

export interface Trouble {
  reason: string;
  since: string | null;
}

export interface SinkGroup {
  sink: string;
  behind: number;
  /** Why it is not moving, if it isn't; more than one where several processes run it. */
  troubles: Trouble[];
  partitions: Pipeline[];
}

/** Those in trouble first. */
export function bySink(pipelines: Pipeline[]): SinkGroup[] {
  const groups = new Map<string, Pipeline[]>();
  for (const pipeline of pipelines) groups.set(pipeline.sink, [...(groups.get(pipeline.sink) ?? []), pipeline]);
  return [...groups]
    .map(([sink, partitions]) => ({ sink, behind: recordsBehind(partitions), troubles: troublesOf(partitions), partitions: partitions.toSorted(inOrder) }))
    .toSorted((a, b) => Number(b.troubles.length > 0) - Number(a.troubles.length > 0) || a.sink.localeCompare(b.sink));
}

/** What all partitions of a sink come to, in words. */
export function summary(group: SinkGroup, nowMs: number): string {
  const conditions = group.partitions.map((partition) => condition(partition, nowMs));
  if (conditions.includes("stopped")) return "not moving";
  if (conditions.includes("stalled")) return "not heard of for a minute";
  return group.behind === 0 ? "caught up" : `${plural(group.behind, "record")} behind`;
}

function troublesOf(partitions: Pipeline[]): Trouble[] {
  const troubles = new Map<string, Trouble>();
  for (const { trouble, trouble_since: since } of partitions) {
    if (trouble !== null) troubles.set(`${trouble}/${since}`, { reason: trouble, since });
  }
  return [...troubles.values()];
}

export function recordsBehind(pipelines: Pipeline[]): number {
  return pipelines.reduce((sum, { behind }) => sum + behind, 0);
}

/** Null when no partition knows its lag in seconds. */
export function longestLagSeconds(pipelines: Pipeline[]): number | null {
  return pipelines.reduce<number | null>((most, { behind_seconds: lag }) => (lag === null ? most : Math.max(most ?? 0, lag)), null);
}

/** Nothing is unread: a sink in trouble may not know what is. */
export function nothingIsUnread(pipelines: Pipeline[]): boolean {
  return pipelines.every(({ behind, behind_seconds: lag, trouble }) => lag === null && behind <= 0 && trouble === null);
}

export function newest(moments: (string | null)[]): string | null {
  const known = moments.filter((at) => at !== null).toSorted((a, b) => Date.parse(a) - Date.parse(b));
  return known.at(-1) ?? null;
}

function inOrder(a: Pipeline, b: Pipeline): number {
  return a.topic.localeCompare(b.topic) || a.partition - b.partition;
}
