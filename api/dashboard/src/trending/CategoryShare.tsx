// Who gets the views: every category's share of the chart's views, day by day and on the day that is looked at.
import Box from "@mui/material/Box";
import { Bar, BarChart, CartesianGrid, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import type { Trends } from "../api/resources";
import { percent } from "../format/numbers";
import { shortDay } from "../format/times";
import { Panel } from "../shell/Panel";
import { axis, grid, tooltip } from "../theme/charts";
import { seriesColor } from "../theme/series";
import { ShareList } from "./ShareList";
import { seriesName, type ShareDay, shareDays, shareRows } from "./shares";

interface CategoryShareProps {
  trends: Trends;
  asOf: string | null;
  day: string | null;
  categoryId: number | null;
  onCategory: (categoryId: number | null) => void;
}

export function CategoryShare({ trends, asOf, day, categoryId, onCategory }: CategoryShareProps) {
  const days = shareDays(trends);
  return (
    <Panel title="Share of views by category" asOf={asOf}>
      {days.length > 1 && (
        <Box role="figure" aria-label="Share of views by category and day" sx={{ height: 190, pl: 0, pr: 2 }}>
          <ShareBars trends={trends} days={days} day={day} />
        </Box>
      )}
      <ShareList rows={shareRows(trends, day)} day={day ?? trends.to} from={trends.from} chosen={categoryId} onChoose={onCategory} />
    </Panel>
  );
}

function ShareBars({ trends, days, day }: { trends: Trends; days: ShareDay[]; day: string | null }) {
  const series = days[0]?.shares.map((_, index) => index) ?? [];
  return (
    <ResponsiveContainer width="100%" height="100%">
      <BarChart data={days} margin={{ top: 6, right: 0, bottom: 0, left: 0 }} barCategoryGap="18%">
        <CartesianGrid {...grid} />
        <XAxis dataKey="day" tickFormatter={shortDay} {...axis} />
        <YAxis domain={[0, 1]} ticks={[0, 0.25, 0.5, 0.75, 1]} allowDataOverflow tickFormatter={(share: number) => `${Math.round(share * 100)}%`} width={44} {...axis} />
        <Tooltip {...tooltip} formatter={(share) => percent(Number(share))} itemSorter={(item) => -Number(item.value)} />
        {day !== null && <ReferenceLine x={day} stroke="var(--mui-palette-text-primary)" strokeWidth={1.5} />}
        {series.map((index) => (
          <Bar
            key={index}
            dataKey={(entry: ShareDay) => entry.shares[index] ?? 0}
            name={seriesName(trends, index)}
            stackId="share"
            fill={seriesColor(index)}
            maxBarSize={44}
            isAnimationActive={false}
          />
        ))}
      </BarChart>
    </ResponsiveContainer>
  );
}
