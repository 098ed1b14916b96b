// What late events have changed after it had been told. The list is as of the newest watermark in it; that there is
// nothing is known as of the server's answer.
import Typography from "@mui/material/Typography";
import { useCorrections } from "../api/queries";
import { plural } from "../format/numbers";
import { Answered } from "../shell/Answered";
import { Panel } from "../shell/Panel";
import { CorrectionTable } from "./CorrectionTable";

const TITLE = "Corrections by late events";
const SHOWN = 20;

export function CorrectionsPanel() {
  const query = useCorrections(SHOWN);
  return (
    <Answered query={query} loading="Loading the corrections" name={TITLE}>
      {({ data: { corrections }, asOf, timestamp }) =>
        corrections.length === 0 ? (
          <Panel title={TITLE} asOf={timestamp}>
            <Typography variant="body2" sx={{ px: 2, pb: 2, color: "text.secondary" }}>
              No late event has changed anything yet.
            </Typography>
          </Panel>
        ) : (
          <Panel title={TITLE} asOf={asOf} note={corrections.length < SHOWN ? plural(corrections.length, "correction") : `the newest ${SHOWN}`}>
            <CorrectionTable corrections={corrections} />
          </Panel>
        )
      }
    </Answered>
  );
}
