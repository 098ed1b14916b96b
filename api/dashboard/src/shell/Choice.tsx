// A labelled drop-down: one of a list, or "all" where that is offered as the empty value.
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";

export interface Option {
  value: string;
  name: string;
  note?: string;
}

interface ChoiceProps {
  label: string;
  value: string;
  options: Option[];
  onChoose: (value: string) => void;
  minWidth: number;
}

export function Choice({ label, value, options, onChoose, minWidth }: ChoiceProps) {
  // A deep link may name what is not in the list: it stays visible, so the reader sees what was asked.
  const all = options.some((option) => option.value === value) ? options : [{ value, name: value }, ...options];
  return (
    <TextField
      select
      size="small"
      label={label}
      value={value}
      onChange={(event) => { onChoose(event.target.value); }}
      slotProps={{ inputLabel: { shrink: true }, select: { displayEmpty: true, renderValue: () => all.find((option) => option.value === value)?.name } }}
      sx={{ minWidth, bgcolor: "background.paper", borderRadius: 1, flex: { xs: 1, sm: "none" } }}
    >
      {all.map((option) => (
        <MenuItem key={option.value} value={option.value} dense sx={{ justifyContent: "space-between", gap: 3 }}>
          <span>{option.name}</span>
          {option.note !== undefined && <small>{option.note}</small>}
        </MenuItem>
      ))}
    </TextField>
  );
}
