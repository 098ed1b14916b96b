// Four things that stand out among the entries shown, each with the event time of its number.
import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import { Link as RouterLink } from "react-router";
import type { ChartEntry } from "../api/resources";
import { videoTitle } from "../format/names";
import { compact, compactGain, plural } from "../format/numbers";
import { Figure } from "../shell/Figure";
import { isNew, largest } from "./chart";

export function Highlights({ entries, asOf }: { entries: ChartEntry[]; asOf: string | null }) {
  const newcomers = entries.filter(isNew).length;
  return (
    <Box sx={{ display: "grid", gap: 1.5, gridTemplateColumns: { xs: "minmax(0,1fr) minmax(0,1fr)", md: "repeat(4, minmax(0,1fr))" } }}>
      <Best name="Most viewed" entries={entries} asOf={asOf} value={(entry) => entry.views} shown={compact} none="no views known" />
      <Best name="Most views in a day" entries={entries} asOf={asOf} value={(entry) => entry.gain_views} shown={compactGain} none="no gain known yet" />
      <Best name="Biggest climber" entries={entries} asOf={asOf} value={(entry) => entry.rank_change} shown={(places) => (places === null ? "none" : `▲ ${plural(places, "place")}`)} none="nobody moved up" />
      <Figure
        name="New on the chart"
        value={newcomers}
        shown={`${newcomers} of ${entries.length}`}
        detail="among those shown"
        asOf={asOf}
      />
    </Box>
  );
}

interface BestProps {
  name: string;
  entries: ChartEntry[];
  asOf: string | null;
  value: (entry: ChartEntry) => number | null;
  shown: (value: number | null) => string;
  none: string;
}

function Best({ name, entries, asOf, value, shown, none }: BestProps) {
  const entry = largest(entries, value);
  if (!entry) return <Figure name={name} value={null} shown={shown(null)} detail={none} asOf={asOf} />;
  return (
    <Figure
      name={name}
      value={value(entry)}
      shown={shown(value(entry))}
      detail={<Link component={RouterLink} to={`/videos/${encodeURIComponent(entry.video_id)}`}>{videoTitle(entry.title, entry.video_id)}</Link>}
      asOf={entry.as_of}
    />
  );
}
