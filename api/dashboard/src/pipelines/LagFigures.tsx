// The state of all sinks at a glance.
import Box from "@mui/material/Box";
import type { Pipeline } from "../api/resources";
import { plural, UNKNOWN, whole } from "../format/numbers";
import { ageSeconds, duration } from "../format/times";
import { Figure } from "../shell/Figure";
import { condition, longestLagSeconds, newest, nothingIsUnread, recordsBehind } from "./lag";

interface LagFiguresProps {
  pipelines: Pipeline[];
  answeredAt: string;
  nowMs: number;
}

export function LagFigures({ pipelines, answeredAt, nowMs }: LagFiguresProps) {
  const behind = recordsBehind(pipelines);
  const lag = longestLagSeconds(pipelines);
  const event = newest(pipelines.map(({ event_time }) => event_time));
  const report = newest(pipelines.map(({ updated_at }) => updated_at));
  const conditions = pipelines.map((pipeline) => condition(pipeline, nowMs));
  const ill = (["stopped", "stalled"] as const)
    .map((kind) => ({ kind, count: conditions.filter((one) => one === kind).length }))
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => `, ${count} ${kind}`);
  return (
    <Box component="section" aria-label="All sinks" sx={{ display: "grid", gap: 1.5, gridTemplateColumns: { xs: "repeat(2, minmax(0,1fr))", md: "repeat(4, minmax(0,1fr))" } }}>
      <Figure name="Records behind" value={behind} shown={whole(behind)} detail={`${plural(pipelines.length, "partition")}${ill.join("")}`} asOf={answeredAt} />
      <Figure name="Longest lag" value={lag} shown={nothingIsUnread(pipelines) ? "none" : duration(lag)} detail="oldest unread record" asOf={answeredAt} />
      <Figure name="Newest event" value={event} shown={event === null ? UNKNOWN : event.slice(0, 10)} detail={event === null ? "none read yet" : `${duration(ageSeconds(event, nowMs))} ago`} asOf={event} />
      <Figure name="Last report" value={report} shown={`${duration(ageSeconds(report, nowMs))} ago`} detail="of any sink" asOf={report} />
    </Box>
  );
}
