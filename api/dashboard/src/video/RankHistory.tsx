// Where the video stood on each region's chart, the first place at the top.
import Box from "@mui/material/Box";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import { CartesianGrid, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import type { VideoRank } from "../api/resources";
import { regionName } from "../format/names";
import { ordinal, whole } from "../format/numbers";
import { shortDay } from "../format/times";
import { Panel } from "../shell/Panel";
import { axis, grid, tooltip } from "../theme/charts";
import { seriesColor } from "../theme/series";
import { Nothing } from "./Nothing";
import { type RankDay, places, rankDays, rankTicks, regionsOf } from "./rank-days";

export function RankHistory({ ranks, asOf }: { ranks: VideoRank[]; asOf: string }) {
  return (
    <Panel title="Rank by region" asOf={asOf}>
      {ranks.length === 0 ? (
        <Nothing>This video has not been seen on a chart.</Nothing>
      ) : (
        <>
          <Box role="figure" aria-label="Rank by day and region" sx={{ height: 190 }}>
            <RankLines ranks={ranks} />
          </Box>
          <PlacesTable ranks={ranks} />
        </>
      )}
    </Panel>
  );
}

function RankLines({ ranks }: { ranks: VideoRank[] }) {
  const days = rankDays(ranks);
  const ticks = rankTicks(ranks);
  return (
    <ResponsiveContainer width="100%" height="100%">
      <LineChart data={days} margin={{ top: 8, right: 24, bottom: 0, left: 4 }}>
        <CartesianGrid {...grid} />
        <XAxis dataKey="day" tickFormatter={shortDay} {...axis} padding={{ left: 12, right: 12 }} />
        <YAxis reversed domain={[1, ticks.at(-1) ?? 1]} ticks={ticks} interval={0} tickFormatter={(rank: number) => ordinal(rank)} width={52} {...axis} />
        <Tooltip {...tooltip} formatter={(rank) => ordinal(Number(rank))} />
        {regionsOf(ranks).map((region, index) => (
          <Line
            key={region}
            dataKey={(day: RankDay) => day.ranks[region]}
            name={regionName(region)}
            stroke={seriesColor(index)}
            strokeWidth={2}
            dot={days.length <= 31 ? { r: 2.5, fill: seriesColor(index), strokeWidth: 0 } : false}
            isAnimationActive={false}
          />
        ))}
      </LineChart>
    </ResponsiveContainer>
  );
}

function PlacesTable({ ranks }: { ranks: VideoRank[] }) {
  return (
    <Table size="small" aria-label="Places by region">
      <TableHead>
        <TableRow>
          <TableCell>Region</TableCell>
          <TableCell align="right">Best</TableCell>
          <TableCell align="right">Latest</TableCell>
          <TableCell align="right">On</TableCell>
          <TableCell align="right">Days</TableCell>
        </TableRow>
      </TableHead>
      <TableBody>
        {places(ranks).map((place, index) => (
          <TableRow key={place.region} sx={{ "&:last-child td": { border: 0 } }}>
            <TableCell>
              <Box component="span" aria-hidden sx={{ display: "inline-block", width: 10, height: 10, borderRadius: 0.5, mr: 1, bgcolor: seriesColor(index) }} />
              {regionName(place.region)}
            </TableCell>
            <TableCell align="right">{ordinal(place.best)}</TableCell>
            <TableCell align="right">{ordinal(place.latest)}</TableCell>
            <TableCell align="right" sx={{ whiteSpace: "nowrap" }}>{shortDay(place.latestDay)}</TableCell>
            <TableCell align="right">{whole(place.days)}</TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
