// Rows that late events have changed, newest first: which row, what it said and says now, and why.
import Box from "@mui/material/Box";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import type { Correction } from "../api/resources";
import { moment } from "../format/times";
import { MONO } from "../theme/theme";
import { changes, keyText, newestFirst } from "./corrections";

const FROM_MD = { display: { xs: "none", md: "table-cell" } } as const;
const FIRST_WHEN_NARROW = { pl: { xs: 2, md: 1.25 } } as const;
const LAST_WHEN_NARROW = { pr: { xs: 2, md: 1.25 } } as const;
const NARROW_ONLY = { display: { xs: "block", md: "none" }, color: "text.secondary", fontSize: "0.75rem" } as const;

export function CorrectionTable({ corrections }: { corrections: Correction[] }) {
  return (
    <TableContainer>
      <Table size="small" aria-label="Corrections by late events" sx={{ tableLayout: "fixed", "& td": { overflowWrap: "anywhere", verticalAlign: "top" } }}>
        <TableHead>
          <TableRow>
            <TableCell sx={{ ...FROM_MD, width: { md: "16%" } }}>Corrected</TableCell>
            <TableCell sx={FIRST_WHEN_NARROW}>View / key</TableCell>
            <TableCell sx={LAST_WHEN_NARROW}>What changed</TableCell>
            <TableCell sx={{ ...FROM_MD, width: { md: "32%" } }}>Why</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {newestFirst(corrections).map((one) => (
            <CorrectionRow key={`${one.corrected_at}/${one.view}/${keyText(one)}/${one.event_id}`} correction={one} />
          ))}
        </TableBody>
      </Table>
    </TableContainer>
  );
}

function CorrectionRow({ correction }: { correction: Correction }) {
  return (
    <TableRow hover sx={{ "&:last-child td": { border: 0 } }}>
      <TableCell sx={FROM_MD}><Moment at={correction.corrected_at} /></TableCell>
      <TableCell sx={FIRST_WHEN_NARROW}>
        <strong>{correction.view}</strong> {keyText(correction)}
        <Box sx={NARROW_ONLY}>corrected <Moment at={correction.corrected_at} /></Box>
      </TableCell>
      <TableCell sx={LAST_WHEN_NARROW}>
        {correction.old === null && <div>new row</div>}
        {changes(correction).map(({ column, from, to }) => (
          <div key={column}>
            {column} {from !== null && <>{from} → </>}<strong>{to}</strong>
          </div>
        ))}
        <Box sx={NARROW_ONLY}><Why correction={correction} /></Box>
      </TableCell>
      <TableCell sx={FROM_MD}><Why correction={correction} /></TableCell>
    </TableRow>
  );
}

function Why({ correction }: { correction: Correction }) {
  return (
    <>
      event <Box component="code" sx={{ fontFamily: MONO, fontSize: "0.75rem" }}>{correction.event_id}</Box> came after its partition had told up to <Moment at={correction.watermark} />
    </>
  );
}

function Moment({ at }: { at: string }) {
  return <time dateTime={at}>{moment(at)}</time>;
}
