// The chart's legend, its numbers, and a way to filter by category: choosing the chosen one shows all again.
import Box from "@mui/material/Box";
import ButtonBase from "@mui/material/ButtonBase";
import Typography from "@mui/material/Typography";
import { percent, percentagePoints, plural } from "../format/numbers";
import { shortDay } from "../format/times";
import { seriesColor } from "../theme/series";
import type { ShareRow } from "./shares";

interface ShareListProps {
  rows: ShareRow[];
  day: string | null;
  from: string | null;
  chosen: number | null;
  onChoose: (categoryId: number | null) => void;
}

export function ShareList({ rows, day, from, chosen, onChoose }: ShareListProps) {
  const largest = Math.max(...rows.map(({ share }) => share ?? 0), Number.EPSILON);
  return (
    <>
      <Typography variant="caption" component="p" sx={{ color: "text.secondary", px: 2, pt: 1, m: 0 }}>
        {day === null ? "Latest day" : shortDay(day)}
        {from !== null && rows.some(({ change }) => change !== null) && `, change since ${shortDay(from)}`}
      </Typography>
      <Box component="ul" aria-label="Categories" sx={{ listStyle: "none", m: 0, p: 1, pt: 0.5 }}>
        {rows.map((row) => (
          <li key={row.categoryId}>
            <ButtonBase
              aria-pressed={row.categoryId === chosen}
              onClick={() => { onChoose(row.categoryId === chosen ? null : row.categoryId); }}
              sx={{ ...ROW, bgcolor: row.categoryId === chosen ? "action.selected" : undefined }}
            >
              <Box component="span" sx={{ width: 10, height: 10, borderRadius: 0.5, bgcolor: seriesColor(row.series) }} />
              <Box component="span" sx={{ overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }}>
                {row.name} <Box component="span" sx={{ color: "text.secondary", fontSize: "0.75rem" }}>{plural(row.videos, "video")}</Box>
              </Box>
              <Box component="span" sx={{ color: changeColor(row.change), fontSize: "0.75rem" }}>{row.change === null ? "" : percentagePoints(row.change)}</Box>
              <Box component="span" sx={{ fontWeight: 600, textAlign: "right" }}>{percent(row.share)}</Box>
              <Box component="span" aria-hidden sx={TRACK}>
                <Box component="span" style={{ width: `${((row.share ?? 0) / largest) * 100}%` }} sx={{ display: "block", height: 3, borderRadius: 2, bgcolor: seriesColor(row.series) }} />
              </Box>
            </ButtonBase>
          </li>
        ))}
      </Box>
    </>
  );
}

function changeColor(change: number | null): string {
  if (change === null || change === 0) return "text.secondary";
  return change > 0 ? "success.main" : "error.main";
}

const TRACK = { gridColumn: "2 / -1", display: "block", mt: 0.25 } as const;
const ROW = {
  display: "grid",
  gridTemplateColumns: "10px minmax(0,1fr) auto 48px",
  columnGap: 1.25,
  alignItems: "center",
  width: "100%",
  px: 1,
  py: 0.5,
  borderRadius: 1,
  textAlign: "left",
  fontSize: "0.8125rem",
  "&:hover, &.Mui-focusVisible": { bgcolor: "action.hover" },
} as const;
