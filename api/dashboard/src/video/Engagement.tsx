// Likes, dislikes and comments, day by day. A counter that no source told is left out, not drawn as zero.
import Box from "@mui/material/Box";
import { CartesianGrid, Legend, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import type { VideoDay } from "../api/resources";
import { compact, whole } from "../format/numbers";
import { shortDay } from "../format/times";
import { Panel } from "../shell/Panel";
import { axis, grid, tooltip } from "../theme/charts";
import { seriesColor } from "../theme/series";
import { Nothing } from "./Nothing";

const COUNTERS = [
  { key: "likes", name: "Likes", color: seriesColor(0) },
  { key: "comments", name: "Comments", color: seriesColor(1) },
  { key: "dislikes", name: "Dislikes", color: seriesColor(3) },
] as const;

export function Engagement({ days, asOf }: { days: VideoDay[]; asOf: string }) {
  const told = COUNTERS.filter(({ key }) => days.some((day) => day[key] !== null));
  return (
    <Panel title="Likes and comments" asOf={asOf}>
      {told.length === 0 ? (
        <Nothing>No source has told likes or comments of this video.</Nothing>
      ) : (
        <Box role="figure" aria-label="Likes and comments by day" sx={{ height: 260, pb: 1 }}>
          <ResponsiveContainer width="100%" height="100%">
            <LineChart data={days} margin={{ top: 8, right: 24, bottom: 0, left: 4 }}>
              <CartesianGrid {...grid} />
              <XAxis dataKey="day" tickFormatter={shortDay} {...axis} padding={{ left: 12, right: 12 }} />
              <YAxis tickFormatter={compact} width={52} {...axis} />
              <Tooltip {...tooltip} formatter={(value) => whole(Number(value))} />
              <Legend itemSorter={null} iconType="plainline" wrapperStyle={{ fontSize: 12 }} />
              {told.map(({ key, name, color }) => (
                <Line key={key} dataKey={key} name={name} stroke={color} strokeWidth={2} dot={days.length <= 31 ? { r: 2.5, fill: color, strokeWidth: 0 } : false} isAnimationActive={false} />
              ))}
            </LineChart>
          </ResponsiveContainer>
        </Box>
      )}
    </Panel>
  );
}
