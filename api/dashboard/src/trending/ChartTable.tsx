// The chart as a table. On a narrow screen the secondary columns move under the title; nothing is left out.
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import TableSortLabel from "@mui/material/TableSortLabel";
import type { ReactNode } from "react";
import type { ChartEntry } from "../api/resources";
import { ChartRow } from "./ChartRow";
import type { Sort } from "./filters";
import { FROM_MD, FROM_SM } from "./columns";

interface ChartTableProps {
  label: string;
  entries: ChartEntry[];
  sort: Sort;
  onSort: (sort: Sort) => void;
}

export function ChartTable({ label, entries, sort, onSort }: ChartTableProps) {
  const sortable = (column: Sort, name: ReactNode) => (
    <TableSortLabel active={sort === column} direction={column === "rank" ? "asc" : "desc"} onClick={() => { onSort(column); }}>
      {name}
    </TableSortLabel>
  );
  const direction = (column: Sort) => (sort === column && (column === "rank" ? "ascending" : "descending")) || undefined;
  return (
    <TableContainer>
      <Table size="small" aria-label={label}>
        <TableHead>
          <TableRow>
            <TableCell align="right" aria-sort={direction("rank")} sx={{ width: { sm: 64 } }}>{sortable("rank", "#")}</TableCell>
            <TableCell sx={{ width: 56, px: 0.5, ...FROM_SM }}>Move</TableCell>
            <TableCell>Video</TableCell>
            <TableCell sx={FROM_MD}>Category</TableCell>
            <TableCell align="right" aria-sort={direction("views")} sx={{ pr: { xs: 2, sm: 1.25 } }}>{sortable("views", "Views")}</TableCell>
            <TableCell align="right" aria-sort={direction("gain")} sx={FROM_SM}>{sortable("gain", "1-day gain")}</TableCell>
            <TableCell align="right" aria-sort={direction("days")} sx={FROM_MD}>{sortable("days", "Days")}</TableCell>
            <TableCell sx={FROM_SM}>Ranks</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {entries.map((entry) => (
            <ChartRow key={entry.video_id} entry={entry} />
          ))}
        </TableBody>
      </Table>
    </TableContainer>
  );
}
