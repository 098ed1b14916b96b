// A partition's condition in a word and a colour.
import Box from "@mui/material/Box";
import type { Condition } from "./lag";

const MARKS: Record<Condition, { name: string; color: string }> = {
  "caught-up": { name: "Caught up", color: "success.main" },
  behind: { name: "Behind", color: "warning.main" },
  stalled: { name: "Stalled", color: "error.main" },
  stopped: { name: "Stopped", color: "error.main" },
};

export function ConditionMark({ condition }: { condition: Condition }) {
  const { name, color } = MARKS[condition];
  return (
    <Box component="span" sx={{ display: "inline-flex", alignItems: "center", gap: 0.75, fontWeight: 600, fontSize: "0.75rem", color }}>
      <Box component="span" aria-hidden sx={{ width: 7, height: 7, borderRadius: "50%", bgcolor: "currentColor" }} />
      {name}
    </Box>
  );
}
