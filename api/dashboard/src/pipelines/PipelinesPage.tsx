// How fresh the numbers are: what each sink has read of each partition, how far it is behind, and when it last said so.
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Stack from "@mui/material/Stack";
import type { Answer } from "../api/envelope";
import { usePipelines } from "../api/queries";
import type { Pipeline } from "../api/resources";
import { moment } from "../format/times";
import { Answered } from "../shell/Answered";
import { PageHeader } from "../shell/PageHeader";
import { Panel } from "../shell/Panel";
import { useServerNowMs } from "../shell/server-clock";
import { EmptyPanel } from "../shell/states";
import { CorrectionsPanel } from "./CorrectionsPanel";
import { GroupsPanel } from "./GroupsPanel";
import { bySink, newest, summary } from "./lag";
import { LagFigures } from "./LagFigures";
import { PipelineTable } from "./PipelineTable";
import { ViewsPanel } from "./ViewsPanel";

export default function PipelinesPage() {
  const query = usePipelines();
  return (
    <Stack spacing={2}>
      <PageHeader title="Pipelines">Freshness and lag of every sink, and lag of other groups, refreshed every 2 seconds; views and corrections, every 10</PageHeader>
      <Answered query={query} loading="Loading the pipelines" name="Pipelines">
        {(answer) => <Pipelines answer={answer} receivedAtMs={query.dataUpdatedAt} />}
      </Answered>
      <GroupsPanel />
      <ViewsPanel />
      <CorrectionsPanel />
    </Stack>
  );
}

function Pipelines({ answer, receivedAtMs }: { answer: Answer<{ pipelines: Pipeline[] }>; receivedAtMs: number }) {
  const nowMs = useServerNowMs(answer.timestamp, receivedAtMs);
  const { pipelines } = answer.data;
  if (pipelines.length === 0) {
    return (
      <EmptyPanel title="No sink has read anything yet" command="ytempire ingest trending FILE...">
        The pipelines report here as soon as there is something to read.
      </EmptyPanel>
    );
  }
  return (
    <Stack spacing={2}>
      <LagFigures pipelines={pipelines} answeredAt={answer.timestamp} nowMs={nowMs} />
      {bySink(pipelines).map((group) => (
        <Panel key={group.sink} title={group.sink} asOf={newest(group.partitions.map((partition) => partition.event_time))} note={summary(group, nowMs)}>
          {group.troubles.map(({ reason, since }) => (
            <Alert key={`${reason}/${since}`} severity="error" sx={{ mb: 1, overflowWrap: "anywhere" }}>
              Not moving since {moment(since)}: {reason}
            </Alert>
          ))}
          <PipelineTable group={group} nowMs={nowMs} />
        </Panel>
      ))}
      <Box role="status" aria-live="off" sx={{ color: "text.secondary", fontSize: "0.75rem" }}>
        Read from the server at {moment(answer.timestamp)}. Ages are counted on the server's clock.
      </Box>
    </Stack>
  );
}
