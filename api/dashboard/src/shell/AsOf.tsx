// The event time up to which a number is true, in the size of the words around it.
import Box from "@mui/material/Box";
import { moment, shortMoment } from "../format/times";

export function AsOf({ at }: { at: string | null }) {
  return (
    <Box component="span" sx={{ color: "text.secondary" }}>
      as of {at === null ? "no data yet" : <time dateTime={at} style={{ whiteSpace: "nowrap" }}>{moment(at)}</time>}
    </Box>
  );
}

/** For a table's cell, beside other words; the year is in the title. */
export function ShortAsOf({ at }: { at: string }) {
  return (
    <time dateTime={at} title={moment(at)}>
      as of {shortMoment(at)}
    </time>
  );
}
