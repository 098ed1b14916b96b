// How much of a partition has been read, in figures and as a bar.
import Box from "@mui/material/Box";
import type { Pipeline } from "../api/resources";
import { whole } from "../format/numbers";
import { progress } from "./lag";

export function PositionBar({ of }: { of: Pick<Pipeline, "position" | "end" | "behind"> }) {
  return (
    <>
      {whole(of.position)} / {whole(of.end)}
      <Box aria-hidden sx={{ height: 3, borderRadius: 2, bgcolor: "divider", mt: 0.5 }}>
        <Box style={{ width: `${progress(of) * 100}%` }} sx={{ height: 3, borderRadius: 2, bgcolor: of.behind > 0 ? "warning.main" : "success.main" }} />
      </Box>
    </>
  );
}
