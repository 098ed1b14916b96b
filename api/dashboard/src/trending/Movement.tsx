// Where an entry was before: an arrow and the places, and the same in words for those who do not see it.
import Box from "@mui/material/Box";
import type { ChartEntry } from "../api/resources";
import { plural, UNKNOWN } from "../format/numbers";
import { isNew } from "./chart";

export function Movement({ entry }: { entry: ChartEntry }) {
  const { mark, color, words } = movement(entry);
  return (
    <Box component="span" role="img" aria-label={words} title={words} sx={{ color, fontSize: "0.75rem", fontWeight: 600, whiteSpace: "nowrap" }}>
      {mark}
    </Box>
  );
}

function movement(entry: ChartEntry): { mark: string; color: string; words: string } {
  const { rank_change: change, previous_rank: previous } = entry;
  if (change === null || previous === null) {
    if (isNew(entry)) return { mark: "new", color: "primary.main", words: "New on the chart" };
    return { mark: UNKNOWN, color: "text.secondary", words: "Previous rank unknown" };
  }
  if (change > 0) return { mark: `▲ ${change}`, color: "success.main", words: `Up ${plural(change, "place")} from ${previous}` };
  if (change < 0) return { mark: `▼ ${-change}`, color: "error.main", words: `Down ${plural(-change, "place")} from ${previous}` };
  return { mark: "=", color: "text.secondary", words: `Unchanged at ${previous}` };
}
