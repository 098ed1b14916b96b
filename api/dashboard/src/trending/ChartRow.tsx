// One entry of the chart. The title's link covers the whole row, so the row is one large target with one tab stop.
import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import TableCell from "@mui/material/TableCell";
import TableRow from "@mui/material/TableRow";
import { Link as RouterLink } from "react-router";
import type { ChartEntry } from "../api/resources";
import { categoryName, videoTitle } from "../format/names";
import { compactGain, gain, plural, whole } from "../format/numbers";
import { ShortAsOf } from "../shell/AsOf";
import { FROM_MD, FROM_SM } from "./columns";
import { Movement } from "./Movement";
import { RankSparkline } from "./RankSparkline";

export function ChartRow({ entry }: { entry: ChartEntry }) {
  return (
    <TableRow hover sx={{ position: "relative" }}>
      <TableCell align="right" sx={{ fontWeight: 650, fontSize: "0.875rem" }}>
        <data value={entry.rank ?? ""}>{whole(entry.rank)}</data>
        <Box sx={{ display: { sm: "none" }, lineHeight: 1.2 }}>
          <Movement entry={entry} />
        </Box>
      </TableCell>
      <TableCell sx={{ ...FROM_SM, px: 0.5 }}>
        <Movement entry={entry} />
      </TableCell>
      <TableCell sx={{ maxWidth: 0, width: "100%" }}>
        <TitleCell entry={entry} />
      </TableCell>
      <TableCell sx={{ ...FROM_MD, color: "text.secondary", whiteSpace: "nowrap" }}>{categoryName(entry.category, entry.category_id)}</TableCell>
      <TableCell align="right" sx={{ pr: { xs: 2, sm: 1.25 } }}>
        <data value={entry.views ?? ""}>{whole(entry.views)}</data>
        <Box sx={{ ...NARROW_ONLY, fontSize: "0.75rem", color: gainColor(entry) }}>{compactGain(entry.gain_views)}</Box>
      </TableCell>
      <TableCell align="right" sx={{ ...FROM_SM, color: gainColor(entry), whiteSpace: "nowrap" }}>{gain(entry.gain_views)}</TableCell>
      <TableCell align="right" sx={FROM_MD}>{whole(entry.days_on_chart)}</TableCell>
      <TableCell sx={FROM_SM}>
        <RankSparkline history={entry.rank_history} />
      </TableCell>
    </TableRow>
  );
}

function TitleCell({ entry }: { entry: ChartEntry }) {
  return (
    <>
      <Link component={RouterLink} to={`/videos/${encodeURIComponent(entry.video_id)}`} color="text.primary" title={videoTitle(entry.title, entry.video_id)} sx={TITLE}>
        {videoTitle(entry.title, entry.video_id)}
      </Link>
      <Box sx={{ display: "flex", color: "text.secondary", fontSize: "0.75rem" }}>
        <Box component="span" sx={ONE_LINE}>{entry.channel_title ?? "Unknown channel"}</Box>
        <Box component="span" sx={{ display: { xs: "none", sm: "block" }, whiteSpace: "pre", flexShrink: 0 }}> · <ShortAsOf at={entry.as_of} /></Box>
      </Box>
      <Box sx={{ ...NARROW_ONLY, color: "text.secondary", fontSize: "0.75rem" }}>
        {categoryName(entry.category, entry.category_id)} · {plural(entry.days_on_chart, "day")}
        <br />
        <ShortAsOf at={entry.as_of} />
      </Box>
    </>
  );
}

function gainColor({ gain_views: views }: ChartEntry): string {
  return views !== null && views > 0 ? "success.main" : "text.secondary";
}

const NARROW_ONLY = { display: { xs: "block", sm: "none" } } as const;
const ONE_LINE = { overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" } as const;
const TITLE = {
  display: "block",
  fontWeight: 500,
  ...ONE_LINE,
  whiteSpace: { xs: "normal", sm: "nowrap" },
  overflowWrap: "anywhere",
  "&::after": { content: '""', position: "absolute", inset: 0 },
} as const;
