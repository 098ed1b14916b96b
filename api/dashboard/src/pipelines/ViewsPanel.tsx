// How far and how complete every view is.
import { useViews } from "../api/queries";
import { plural } from "../format/numbers";
import { moment } from "../format/times";
import { Answered } from "../shell/Answered";
import { Panel } from "../shell/Panel";
import { corrected } from "./views";
import { ViewTable } from "./ViewTable";

export function ViewsPanel() {
  const query = useViews();
  return (
    <Answered query={query} loading="Loading the views" name="Views">
      {({ data: { views }, asOf, timestamp }) => (
        <Panel title="Views" asOf={asOf} note={`${plural(corrected(views), "correction")} in the 24 h to ${moment(timestamp)}`}>
          <ViewTable views={views} />
        </Panel>
      )}
    </Answered>
  );
}
