// Where the numbers come from: channels whose owners connected them, what is polled, and the quota that is left today.
import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import type { Answer } from "../api/envelope";
import { useSources } from "../api/queries";
import type { Sources } from "../api/resources";
import { plural } from "../format/numbers";
import { Answered } from "../shell/Answered";
import { PageHeader } from "../shell/PageHeader";
import { Panel } from "../shell/Panel";
import { EmptyPanel } from "../shell/states";
import { ConnectionTable } from "./ConnectionTable";
import { QuotaTable } from "./QuotaTable";
import { TargetTable } from "./TargetTable";

/** A page of the server's own, not of the dashboard: it leads to Google and back. */
const CONNECT_PATH = "/auth/youtube/connect";

export default function SourcesPage() {
  const query = useSources();
  return (
    <Stack spacing={2}>
      <Stack direction="row" sx={{ alignItems: "flex-start", justifyContent: "space-between", gap: 2, flexWrap: "wrap" }}>
        <PageHeader title="Sources">Connected channels, what is polled, and what is left of today's quota</PageHeader>
        <Button variant="contained" href={CONNECT_PATH}>
          Connect a channel
        </Button>
      </Stack>
      <Answered query={query} loading="Loading the sources">
        {(answer) => <Panels answer={answer} />}
      </Answered>
    </Stack>
  );
}

function Panels({ answer }: { answer: Answer<Sources> }) {
  const { connections, targets, quota } = answer.data;
  const lost = connections.filter((one) => one.state === "revoked").length;
  if (connections.length === 0 && targets.length === 0) {
    return (
      <EmptyPanel title="Nothing is polled yet" command="ytempire ingest --help">
        Connect a channel, or name what to read in ytempire.toml.
      </EmptyPanel>
    );
  }
  return (
    <Stack spacing={2}>
      {connections.length > 0 && (
        <Panel title="Connected channels" asOf={answer.timestamp} note={lost > 0 ? `${plural(lost, "channel")} to connect again` : undefined}>
          <ConnectionTable connections={connections} connectPath={CONNECT_PATH} />
        </Panel>
      )}
      {quota.length > 0 && (
        <Panel title="Quota today" asOf={answer.timestamp} note="new at midnight Pacific">
          <QuotaTable quota={quota} />
        </Panel>
      )}
      {targets.length > 0 && (
        <Panel title="Polled sources" asOf={answer.asOf}>
          <TargetTable targets={targets} />
        </Panel>
      )}
    </Stack>
  );
}
