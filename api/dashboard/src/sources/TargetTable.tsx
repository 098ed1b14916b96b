// The last run of everything that is polled; what waits for somebody comes first, with what to do.
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import type { PolledTarget } from "../api/resources";
import { moment } from "../format/times";
import { StateMark } from "./StateMark";

export function TargetTable({ targets }: { targets: PolledTarget[] }) {
  return (
    <TableContainer>
      <Table size="small" aria-label="Polled sources">
        <TableHead>
          <TableRow>
            <TableCell>Source</TableCell>
            <TableCell>State</TableCell>
            <TableCell sx={FROM_SM}>Last success</TableCell>
            <TableCell sx={FROM_SM}>Next run</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {targets.map((one) => (
            <TableRow key={`${one.source}/${one.target}`} hover sx={{ "&:last-child td": { border: 0 } }}>
              <TableCell sx={{ overflowWrap: "anywhere" }}>
                <strong>{one.source}</strong> {one.target}
                {one.error !== null && <div>{one.error}</div>}
              </TableCell>
              <TableCell>
                <StateMark state={one.state} />
              </TableCell>
              <TableCell sx={FROM_SM}>{one.last_success === null ? "never" : moment(one.last_success)}</TableCell>
              <TableCell sx={FROM_SM}>{nextRun(one)}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </TableContainer>
  );
}

function nextRun(target: PolledTarget): string {
  if (target.next_run !== null) return moment(target.next_run);
  return target.state === "running" ? "now" : "when the error is mended";
}

const FROM_SM = { display: { xs: "none", sm: "table-cell" }, whiteSpace: "nowrap" } as const;
