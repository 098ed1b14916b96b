// How far the consumer groups that are not ours have come. No event time is known of them, so the panel is as of the
// server's answer, and each row says when it was reported.
import Typography from "@mui/material/Typography";
import type { Answer } from "../api/envelope";
import { useGroups } from "../api/queries";
import type { GroupLag } from "../api/resources";
import { plural } from "../format/numbers";
import { Answered } from "../shell/Answered";
import { Panel } from "../shell/Panel";
import { useServerNowMs } from "../shell/server-clock";
import { groupCount } from "./groups";
import { GroupTable } from "./GroupTable";

const TITLE = "Other consumer groups";

export function GroupsPanel() {
  const query = useGroups();
  return (
    <Answered query={query} loading="Loading the consumer groups" name={TITLE}>
      {(answer) => <Groups answer={answer} receivedAtMs={query.dataUpdatedAt} />}
    </Answered>
  );
}

function Groups({ answer, receivedAtMs }: { answer: Answer<{ groups: GroupLag[] }>; receivedAtMs: number }) {
  const nowMs = useServerNowMs(answer.timestamp, receivedAtMs);
  const { groups } = answer.data;
  if (groups.length === 0) {
    return (
      <Panel title={TITLE} asOf={answer.timestamp}>
        <Typography variant="body2" sx={{ px: 2, pb: 2, color: "text.secondary" }}>
          No other consumer group has committed an offset on this cluster.
        </Typography>
      </Panel>
    );
  }
  return (
    <Panel title={TITLE} asOf={answer.timestamp} note={plural(groupCount(groups), "group")}>
      <GroupTable groups={groups} nowMs={nowMs} />
    </Panel>
  );
}
