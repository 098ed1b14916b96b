// One video: its counters, how they grew day by day, and where it stood on the charts.
import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import Stack from "@mui/material/Stack";
import { Link as RouterLink, useParams } from "react-router";
import { useVideoStats } from "../api/queries";
import type { Video, VideoStats } from "../api/resources";
import { categoryName, videoTitle } from "../format/names";
import { plural } from "../format/numbers";
import { moment } from "../format/times";
import { Answered } from "../shell/Answered";
import { BackIcon } from "../shell/icons";
import { PageHeader } from "../shell/PageHeader";
import { MONO } from "../theme/theme";
import { Counters } from "./Counters";
import { DailyTable } from "./DailyTable";
import { Engagement } from "./Engagement";
import { RankHistory } from "./RankHistory";
import { ViewsCurve } from "./ViewsCurve";

export default function VideoPage() {
  const { id = "" } = useParams();
  const stats = useVideoStats(id);
  return (
    <Stack spacing={2}>
      <Link component={RouterLink} to="/" sx={{ display: "inline-flex", alignItems: "center", gap: 0.5, alignSelf: "flex-start", fontSize: "0.8125rem" }}>
        <BackIcon sx={{ fontSize: 16 }} /> Trending
      </Link>
      {!stats.data && <PageHeader title={`Video ${id}`} />}
      <Answered query={stats} loading="Loading the video">
        {({ data }) => <VideoPanels stats={data} />}
      </Answered>
    </Stack>
  );
}

function VideoPanels({ stats: { video, days, ranks } }: { stats: VideoStats }) {
  return (
    <Stack spacing={2}>
      <PageHeader title={videoTitle(video.title, video.video_id)}>
        <Facts video={video} />
      </PageHeader>
      <Counters video={video} />
      <Box sx={{ display: "grid", gap: 2, "& > *": { height: "100%" }, gridTemplateColumns: { xs: "minmax(0,1fr)", lg: "minmax(0,1fr) minmax(0,1fr)" } }}>
        <ViewsCurve days={days} asOf={video.as_of} />
        <RankHistory ranks={ranks} asOf={video.as_of} />
        <Engagement days={days} asOf={video.as_of} />
        <DailyTable days={days} asOf={video.as_of} />
      </Box>
    </Stack>
  );
}

function Facts({ video }: { video: Video }) {
  const facts = [
    video.channel_title ?? "Unknown channel",
    categoryName(video.category, video.category_id),
    `published ${moment(video.published_at)}`,
    `${plural(video.observed_days, "day")} observed, ${video.first_day} to ${video.last_day}`,
  ];
  return (
    <>
      {facts.join(" · ")} · <Box component="code" sx={{ fontFamily: MONO, fontSize: "0.75rem" }}>{video.video_id}</Box>
    </>
  );
}
