import Link from "@mui/material/Link";
import { Link as RouterLink } from "react-router";
import { PageHeader } from "./PageHeader";

export function NoSuchPage() {
  return (
    <PageHeader title="There is no such page">
      Go to <Link component={RouterLink} to="/">what is trending</Link> or to the{" "}
      <Link component={RouterLink} to="/pipelines">pipelines</Link>.
    </PageHeader>
  );
}
