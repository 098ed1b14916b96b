// One sink's partitions. Every row carries its own as_of: the event time it has come to, and when it reported.
import Box from "@mui/material/Box";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import type { Pipeline } from "../api/resources";
import { UNKNOWN, whole } from "../format/numbers";
import { duration, moment } from "../format/times";
import { Age } from "./Age";
import { ConditionMark } from "./ConditionMark";
import { condition, nothingIsUnread, type SinkGroup } from "./lag";
import { PositionBar } from "./PositionBar";

const FROM_SM = { display: { xs: "none", sm: "table-cell" } } as const;
const FROM_MD = { display: { xs: "none", md: "table-cell" } } as const;

export function PipelineTable({ group, nowMs }: { group: SinkGroup; nowMs: number }) {
  return (
    <TableContainer>
      <Table size="small" aria-label={`Partitions of ${group.sink}`} sx={{ tableLayout: { md: "fixed" }, "& td": { whiteSpace: "nowrap" }, "& td, & th": { px: { md: 1 } }, "& time": { whiteSpace: { md: "normal" } } }}>
        <TableHead>
          <TableRow>
            <TableCell sx={{ width: { md: "20%" } }}>Topic / partition</TableCell>
            <TableCell sx={{ ...FROM_SM, width: { md: "9%" } }}>State</TableCell>
            <TableCell sx={{ ...FROM_SM, width: { md: "14%" } }}>Position / end</TableCell>
            <TableCell align="right">Behind</TableCell>
            <TableCell align="right" sx={{ pr: { xs: 2, sm: 1.25 } }}>Lag</TableCell>
            <TableCell align="right" sx={FROM_MD}>In / out per s</TableCell>
            <TableCell align="right" sx={FROM_MD}>Queryable after</TableCell>
            <TableCell align="right" sx={{ ...FROM_MD, width: { md: "14%" } }}>As of (event time)</TableCell>
            <TableCell align="right" sx={FROM_MD}>Committed</TableCell>
            <TableCell align="right" sx={FROM_SM}>Reported</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {group.partitions.map((pipeline) => (
            <PartitionRow key={`${pipeline.topic}/${pipeline.partition}`} pipeline={pipeline} nowMs={nowMs} />
          ))}
        </TableBody>
      </Table>
    </TableContainer>
  );
}

function PartitionRow({ pipeline, nowMs }: { pipeline: Pipeline; nowMs: number }) {
  const lag = nothingIsUnread([pipeline]) ? "none" : duration(pipeline.behind_seconds);
  return (
    <TableRow hover sx={{ "&:last-child td": { border: 0 } }}>
      <TableCell sx={{ whiteSpace: { xs: "normal !important", sm: "nowrap" }, overflowWrap: "anywhere" }}>
        {pipeline.topic} <Box component="strong" sx={{ ml: 0.5 }}>{pipeline.partition}</Box>
        <Box sx={{ display: { sm: "none" } }}>
          <ConditionMark condition={condition(pipeline, nowMs)} />
        </Box>
        <Box sx={NARROW_ONLY}>
          {whole(pipeline.position)} of {whole(pipeline.end)}
          <br />
          as of {moment(pipeline.event_time)}
          <br />
          committed <Age at={pipeline.committed_at} nowMs={nowMs} />
          <br />
          reported <Age at={pipeline.updated_at} nowMs={nowMs} />
        </Box>
      </TableCell>
      <TableCell sx={FROM_SM}>
        <ConditionMark condition={condition(pipeline, nowMs)} />
      </TableCell>
      <TableCell sx={FROM_SM}>
        <PositionBar of={pipeline} />
      </TableCell>
      <TableCell align="right">{whole(pipeline.behind)}</TableCell>
      <TableCell align="right" sx={{ pr: { xs: 2, sm: 1.25 } }}>{lag}</TableCell>
      <TableCell align="right" sx={FROM_MD}>
        {rate(pipeline.in_per_second)} / {rate(pipeline.out_per_second)}
      </TableCell>
      <TableCell align="right" sx={FROM_MD}>{pipeline.queryable_ms === null ? UNKNOWN : `${whole(pipeline.queryable_ms)} ms`}</TableCell>
      <TableCell align="right" sx={FROM_MD}>{moment(pipeline.event_time)}</TableCell>
      <TableCell align="right" sx={FROM_MD}><Age at={pipeline.committed_at} nowMs={nowMs} /></TableCell>
      <TableCell align="right" sx={FROM_SM}><Age at={pipeline.updated_at} nowMs={nowMs} /></TableCell>
    </TableRow>
  );
}

/** Unknown before the second report of a sink. */
function rate(perSecond: number | null): string {
  return perSecond === null ? UNKNOWN : whole(Math.round(perSecond));
}

const NARROW_ONLY = { display: { xs: "block", md: "none" }, color: "text.secondary", fontSize: "0.75rem" } as const;
