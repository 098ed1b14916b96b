// The numbers behind the curves, newest day first: for reading exactly, and for those who don't see the drawing.
import Box from "@mui/material/Box";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import type { VideoDay } from "../api/resources";
import { gain, whole } from "../format/numbers";
import { Panel } from "../shell/Panel";

const FROM_SM = { display: { xs: "none", sm: "table-cell" } } as const;
const NARROW_ONLY = { display: { xs: "block", sm: "none" }, color: "text.secondary", fontSize: "0.75rem" } as const;

export function DailyTable({ days, asOf }: { days: VideoDay[]; asOf: string }) {
  return (
    <Panel title="Daily numbers" asOf={asOf}>
      <TableContainer sx={{ maxHeight: 260 }} tabIndex={0} aria-label="Daily numbers, scrollable">
        <Table size="small" stickyHeader aria-label="Daily numbers">
          <TableHead>
            <TableRow>
              <TableCell>Day</TableCell>
              <TableCell align="right">Views</TableCell>
              <TableCell align="right">Gained</TableCell>
              <TableCell align="right" sx={FROM_SM}>Likes</TableCell>
              <TableCell align="right" sx={FROM_SM}>Comments</TableCell>
            </TableRow>
          </TableHead>
          <TableBody>
            {days.toReversed().map((day) => (
              <TableRow key={day.day}>
                <TableCell sx={{ whiteSpace: "nowrap" }}>{day.day}</TableCell>
                <TableCell align="right">
                  {whole(day.views)}
                  <Box sx={NARROW_ONLY}>{whole(day.likes)} likes</Box>
                </TableCell>
                <TableCell align="right">
                  {gain(day.gain_views)}
                  <Box sx={NARROW_ONLY}>{whole(day.comments)} comments</Box>
                </TableCell>
                <TableCell align="right" sx={FROM_SM}>{whole(day.likes)}</TableCell>
                <TableCell align="right" sx={FROM_SM}>{whole(day.comments)}</TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </TableContainer>
    </Panel>
  );
}
