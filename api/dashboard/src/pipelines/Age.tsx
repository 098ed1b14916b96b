// How long ago something was told; the moment itself is in the title.
import { ageSeconds, duration, moment } from "../format/times";

export function Age({ at, nowMs }: { at: string | null; nowMs: number }) {
  if (at === null) return <>not yet</>;
  return (
    <time dateTime={at} title={moment(at)}>
      {duration(ageSeconds(at, nowMs))} ago
    </time>
  );
}
