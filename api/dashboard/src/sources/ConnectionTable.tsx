// Channels that were ever connected; those that have to be connected again come first.
import Link from "@mui/material/Link";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import type { Connection } from "../api/resources";
import { moment } from "../format/times";
import { StateMark } from "./StateMark";

export function ConnectionTable({ connections, connectPath }: { connections: Connection[]; connectPath: string }) {
  return (
    <TableContainer>
      <Table size="small" aria-label="Connected channels">
        <TableHead>
          <TableRow>
            <TableCell>Channel</TableCell>
            <TableCell>State</TableCell>
            <TableCell sx={FROM_SM}>Connected</TableCell>
            <TableCell sx={FROM_SM}>Access renewed</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {connections.map((one) => (
            <TableRow key={one.channel_id} hover sx={{ "&:last-child td": { border: 0 } }}>
              <TableCell sx={{ overflowWrap: "anywhere" }}>
                <strong>{one.title}</strong> <small>{one.channel_id}</small>
                {one.error !== null && <div>{one.error}</div>}
                {one.state === "revoked" && <Link href={connectPath}>Connect it again</Link>}
              </TableCell>
              <TableCell>
                <StateMark state={one.state} />
              </TableCell>
              <TableCell sx={FROM_SM}>{moment(one.connected_at)}</TableCell>
              <TableCell sx={FROM_SM}>{one.refreshed_at === null ? "not yet" : moment(one.refreshed_at)}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </TableContainer>
  );
}

const FROM_SM = { display: { xs: "none", sm: "table-cell" }, whiteSpace: "nowrap" } as const;
