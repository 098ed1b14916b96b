// What is left of each bucket of the vendors' quotas today.
import Box from "@mui/material/Box";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import type { Quota } from "../api/resources";
import { whole } from "../format/numbers";

/** The share from which on the platform sends warnings. */
const WARN_SHARE = 0.8;

export function QuotaTable({ quota }: { quota: Quota[] }) {
  return (
    <TableContainer>
      <Table size="small" aria-label="Quota today">
        <TableHead>
          <TableRow>
            <TableCell>Project</TableCell>
            <TableCell>Bucket</TableCell>
            <TableCell align="right">Used</TableCell>
            <TableCell align="right">Left</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {quota.map((one) => (
            <TableRow key={`${one.project}/${one.bucket}`} hover sx={{ "&:last-child td": { border: 0 } }}>
              <TableCell>{one.project}</TableCell>
              <TableCell>{one.bucket}</TableCell>
              <TableCell align="right">
                {whole(one.used)} / {whole(one.limit)}
                <Box aria-hidden sx={{ height: 3, borderRadius: 2, bgcolor: "divider", mt: 0.5 }}>
                  <Box style={{ width: `${usedShare(one) * 100}%` }} sx={{ height: 3, borderRadius: 2, bgcolor: usedShare(one) >= WARN_SHARE ? "warning.main" : "success.main" }} />
                </Box>
              </TableCell>
              <TableCell align="right">{whole(Math.max(0, one.limit - one.used))}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </TableContainer>
  );
}

function usedShare(quota: Quota): number {
  return quota.limit > 0 ? Math.min(1, quota.used / quota.limit) : 1;
}
