// Shows a query's answer, or why there is none. An answer that can't be refreshed stays on screen, and says so.
import Box from "@mui/material/Box";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Answer } from "../api/envelope";
import { ErrorPanel, LoadingPanel, StaleNotice } from "./states";

interface AnsweredProps<T> {
  query: UseQueryResult<Answer<T>>;
  loading: string;
  /** Tells whose error it is, where a page asks more than one thing. */
  name?: string | undefined;
  children: (answer: Answer<T>) => ReactNode;
}

export function Answered<T>({ query, loading, name, children }: AnsweredProps<T>) {
  const retry = () => {
    void query.refetch();
  };
  if (!query.data) {
    return query.isError ? <ErrorPanel name={name} error={query.error} onRetry={retry} /> : <LoadingPanel label={loading} />;
  }
  return (
    <Box aria-busy={query.isPlaceholderData} sx={{ minWidth: 0, opacity: query.isPlaceholderData ? 0.55 : 1 }}>
      {query.isError && (
        <Box sx={{ mb: 1.5 }}>
          <StaleNotice name={name} error={query.error} onRetry={retry} />
        </Box>
      )}
      {children(query.data)}
    </Box>
  );
}
