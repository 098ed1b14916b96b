// The video's newest counters and its gains over a day, a week and four weeks.
import Box from "@mui/material/Box";
import type { Video } from "../api/resources";
import { gain, percent, whole } from "../format/numbers";
import { Figure } from "../shell/Figure";

export function Counters({ video }: { video: Video }) {
  return (
    <Box component="section" aria-label="Counters" sx={{ display: "grid", gap: 1.5, gridTemplateColumns: { xs: "repeat(2, minmax(0,1fr))", sm: "repeat(4, minmax(0,1fr))", lg: "repeat(7, minmax(0,1fr))" } }}>
      <Counter name="Views" video={video} value={video.views} />
      <Gain name="Views, 1 day" video={video} value={video.gain_views_1d} />
      <Gain name="Views, 7 days" video={video} value={video.gain_views_7d} />
      <Gain name="Views, 28 days" video={video} value={video.gain_views_28d} />
      <Counter name="Likes" video={video} value={video.likes} />
      <Counter name="Dislikes" video={video} value={video.dislikes} />
      <Counter name="Comments" video={video} value={video.comments} />
    </Box>
  );
}

interface CounterProps {
  name: string;
  video: Video;
  value: number | null;
}

function Counter({ name, video, value }: CounterProps) {
  const perView = value === video.views ? null : ratio(value, video.views);
  return <Figure name={name} value={value} shown={whole(value)} detail={perView === null ? "in all" : `${percent(perView)} of views`} asOf={video.as_of} />;
}

function Gain({ name, video, value }: CounterProps) {
  return <Figure name={name} value={value} shown={gain(value)} detail={value === null ? "not observed that long" : "gained"} asOf={video.as_of} />;
}

function ratio(part: number | null, whole: number | null): number | null {
  return part === null || whole === null || whole === 0 ? null : part / whole;
}
