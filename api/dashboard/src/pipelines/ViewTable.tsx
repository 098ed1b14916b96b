// Every view under its sink, with its own as_of. A view's name opens the position vector that its rows were made from.
import Box from "@mui/material/Box";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import type { View } from "../api/resources";
import { plural, whole } from "../format/numbers";
import { moment } from "../format/times";
import { knownBehind, positionsInOrder, viewsBySink } from "./views";

const COLUMNS = 5;
const FROM_SM = { display: { xs: "none", sm: "table-cell" } } as const;
const FROM_MD = { display: { xs: "none", md: "table-cell" } } as const;
const LAST_WHEN_NARROW = { pr: { xs: 2, sm: 1.25 } } as const;
const NARROW_ONLY = { display: { xs: "block", md: "none" }, color: "text.secondary", fontSize: "0.75rem" } as const;

export function ViewTable({ views }: { views: View[] }) {
  return (
    <TableContainer>
      <Table size="small" aria-label="Views by sink" sx={{ "& td": { whiteSpace: "nowrap", verticalAlign: "top" }, "& tbody:last-child tr:last-child > *": { border: 0 } }}>
        <TableHead>
          <TableRow>
            <TableCell sx={{ width: { xs: "100%", md: "40%" } }}>View / positions</TableCell>
            <TableCell align="right" sx={FROM_MD}>As of (event time)</TableCell>
            <TableCell align="right" sx={FROM_MD}>Complete through</TableCell>
            <TableCell align="right" sx={LAST_WHEN_NARROW}>Behind</TableCell>
            <TableCell align="right" sx={FROM_SM}>Corrected, 24 h</TableCell>
          </TableRow>
        </TableHead>
        {viewsBySink(views).map((group) => (
          <TableBody key={group.sink}>
            <TableRow>
              <TableCell component="th" scope="rowgroup" colSpan={COLUMNS} sx={{ fontWeight: 600, color: "text.secondary", bgcolor: "background.default" }}>
                {group.sink}
                {group.refused > 0 && (
                  <Box component="span" sx={{ ml: 1, color: "error.main" }}>{plural(group.refused, "row")} put aside: ytempire stream refused</Box>
                )}
              </TableCell>
            </TableRow>
            {group.views.map((view) => (
              <ViewRow key={view.name} view={view} />
            ))}
          </TableBody>
        ))}
      </Table>
    </TableContainer>
  );
}

function ViewRow({ view }: { view: View }) {
  const asOf = view.as_of === null ? "no data yet" : moment(view.as_of);
  const complete = view.complete_through === null ? "not known yet" : moment(view.complete_through);
  return (
    <TableRow hover>
      <TableCell component="th" scope="row" sx={{ overflowWrap: "anywhere", verticalAlign: "top" }}>
        <Positions view={view} />
        {view.late > 0 && (
          <Box sx={{ color: "text.secondary", fontSize: "0.75rem" }}>{plural(view.late, "row")} came too late: ytempire sql "SELECT * FROM late_rows"</Box>
        )}
        <Box sx={NARROW_ONLY}>
          as of {asOf}
          <br />
          complete through {complete}
          <Box sx={{ display: { sm: "none" } }}>{whole(view.corrections_24h)} corrected in 24 h</Box>
        </Box>
      </TableCell>
      <TableCell align="right" sx={FROM_MD}>{asOf}</TableCell>
      <TableCell align="right" sx={FROM_MD}>{complete}</TableCell>
      <TableCell align="right" sx={LAST_WHEN_NARROW}>{whole(knownBehind(view))}</TableCell>
      <TableCell align="right" sx={FROM_SM}>{whole(view.corrections_24h)}</TableCell>
    </TableRow>
  );
}

function Positions({ view }: { view: View }) {
  const positions = positionsInOrder(view);
  if (positions.length === 0) return <>{view.name}</>;
  return (
    <details>
      <Box component="summary" aria-label={`${view.name}, positions`} sx={{ cursor: "pointer" }}>
        {view.name}
      </Box>
      <Box sx={{ my: 0.5, color: "text.secondary", fontSize: "0.75rem" }}>
        Next offset to read, by topic / partition:
        <Box component="ul" aria-label={`Positions of ${view.name}`} sx={{ m: 0, pl: 2 }}>
          {positions.map(([partition, next]) => (
            <li key={partition}>
              {partition} <strong>{whole(next)}</strong>
            </li>
          ))}
        </Box>
      </Box>
    </details>
  );
}
