// From which width on a column of the chart has room of its own.

export const FROM_SM = { display: { xs: "none", sm: "table-cell" } } as const;
export const FROM_MD = { display: { xs: "none", md: "table-cell" } } as const;
