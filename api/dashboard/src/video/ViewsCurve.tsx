// Views in all and views gained per day, under each other on the same days.
import Box from "@mui/material/Box";
import { Area, AreaChart, Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import type { VideoDay } from "../api/resources";
import { compact, gain, whole } from "../format/numbers";
import { shortDay } from "../format/times";
import { Panel } from "../shell/Panel";
import { axis, grid, tooltip } from "../theme/charts";
import { seriesColor } from "../theme/series";

const SYNC = "video-days";
const MARGIN = { top: 8, right: 24, bottom: 0, left: 4 };

export function ViewsCurve({ days, asOf }: { days: VideoDay[]; asOf: string }) {
  const hasGains = days.some((day) => day.gain_views !== null);
  return (
    <Panel title="Views and daily gain" asOf={asOf}>
      <Box role="figure" aria-label="Views by day" sx={{ height: hasGains ? 190 : 300 }}>
        <Views days={days} />
      </Box>
      {hasGains && (
        <Box role="figure" aria-label="Views gained by day" sx={{ height: 110, pb: 1 }}>
          <Gains days={days} />
        </Box>
      )}
    </Panel>
  );
}

function Views({ days }: { days: VideoDay[] }) {
  return (
    <ResponsiveContainer width="100%" height="100%">
      <AreaChart data={days} syncId={SYNC} margin={MARGIN}>
        <CartesianGrid {...grid} />
        <XAxis dataKey="day" scale="band" tickFormatter={shortDay} {...axis} />
        <YAxis tickFormatter={compact} width={52} {...axis} />
        <Tooltip {...tooltip} formatter={(value) => whole(Number(value))} />
        <Area dataKey="views" name="Views" stroke={seriesColor(0)} fill={seriesColor(0)} fillOpacity={0.14} strokeWidth={2} dot={days.length <= 31 ? { r: 2.5, fillOpacity: 1 } : false} isAnimationActive={false} />
      </AreaChart>
    </ResponsiveContainer>
  );
}

function Gains({ days }: { days: VideoDay[] }) {
  return (
    <ResponsiveContainer width="100%" height="100%">
      <BarChart data={days} syncId={SYNC} margin={MARGIN}>
        <CartesianGrid {...grid} />
        <XAxis dataKey="day" scale="band" hide />
        <YAxis tickFormatter={compact} width={52} tickCount={3} {...axis} />
        <Tooltip {...tooltip} formatter={(value) => gain(Number(value))} />
        <Bar dataKey="gain_views" name="Gained" fill={seriesColor(1)} maxBarSize={26} radius={[2, 2, 0, 0]} isAnimationActive={false} />
      </BarChart>
    </ResponsiveContainer>
  );
}
