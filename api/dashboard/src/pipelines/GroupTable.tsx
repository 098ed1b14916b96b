// Where every other consumer group stands in each partition. Every row says when it was reported.
import Box from "@mui/material/Box";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import type { GroupLag } from "../api/resources";
import { whole } from "../format/numbers";
import { Age } from "./Age";
import { ConditionMark } from "./ConditionMark";
import { caughtUpText, groupsInOrder, lagText, ratesText } from "./groups";
import { reportedCondition } from "./lag";
import { PositionBar } from "./PositionBar";

const FROM_SM = { display: { xs: "none", sm: "table-cell" } } as const;
const FROM_MD = { display: { xs: "none", md: "table-cell" } } as const;
const NARROW_ONLY = { display: { xs: "block", md: "none" }, color: "text.secondary", fontSize: "0.75rem" } as const;

export function GroupTable({ groups, nowMs }: { groups: GroupLag[]; nowMs: number }) {
  return (
    <TableContainer>
      <Table size="small" aria-label="Other consumer groups" sx={{ tableLayout: { md: "fixed" }, "& td": { whiteSpace: "nowrap" } }}>
        <TableHead>
          <TableRow>
            <TableCell sx={{ width: { md: "22%" } }}>Group / topic / partition</TableCell>
            <TableCell sx={{ ...FROM_SM, width: { md: "10%" } }}>State</TableCell>
            <TableCell sx={{ ...FROM_SM, width: { md: "13%" } }}>Position / end</TableCell>
            <TableCell align="right">Behind</TableCell>
            <TableCell align="right" sx={{ pr: { xs: 2, sm: 1.25 } }}>Lag</TableCell>
            <TableCell align="right" sx={{ ...FROM_MD, width: { md: "12%" } }}>In / out per s</TableCell>
            <TableCell align="right" sx={{ ...FROM_MD, width: { md: "16%" } }}>Caught up in</TableCell>
            <TableCell align="right" sx={FROM_SM}>Reported</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {groupsInOrder(groups).map((lag) => (
            <GroupRow key={`${lag.group}/${lag.topic}/${lag.partition}`} lag={lag} nowMs={nowMs} />
          ))}
        </TableBody>
      </Table>
    </TableContainer>
  );
}

function GroupRow({ lag, nowMs }: { lag: GroupLag; nowMs: number }) {
  return (
    <TableRow hover sx={{ "&:last-child td": { border: 0 } }}>
      {/* names and offsets are other people's, and as long as they like: where the columns are fixed, both wrap */}
      <TableCell sx={{ whiteSpace: "normal !important", overflowWrap: "anywhere" }}>
        <strong>{lag.group}</strong> {lag.topic} <Box component="strong" sx={{ ml: 0.5 }}>{lag.partition}</Box>
        <Box sx={{ display: { sm: "none" } }}>
          <ConditionMark condition={reportedCondition(lag, nowMs)} />
        </Box>
        <Box sx={NARROW_ONLY}>
          {whole(lag.position)} of {whole(lag.end)}
          <br />
          in / out per s: {ratesText(lag)}
          <br />
          caught up in: {caughtUpText(lag)}
          <br />
          reported <Age at={lag.updated_at} nowMs={nowMs} />
        </Box>
      </TableCell>
      <TableCell sx={FROM_SM}>
        <ConditionMark condition={reportedCondition(lag, nowMs)} />
      </TableCell>
      <TableCell sx={{ ...FROM_SM, whiteSpace: { md: "normal !important" } }}>
        <PositionBar of={lag} />
      </TableCell>
      <TableCell align="right">{whole(lag.behind)}</TableCell>
      <TableCell align="right" sx={{ pr: { xs: 2, sm: 1.25 } }}>{lagText(lag)}</TableCell>
      <TableCell align="right" sx={FROM_MD}>{ratesText(lag)}</TableCell>
      <TableCell align="right" sx={FROM_MD}>{caughtUpText(lag)}</TableCell>
      <TableCell align="right" sx={FROM_SM}><Age at={lag.updated_at} nowMs={nowMs} /></TableCell>
    </TableRow>
  );
}
