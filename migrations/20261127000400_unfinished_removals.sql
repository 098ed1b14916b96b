-- There is a row from before rows leave the lake until the views have been made anew from what is left: a removal that was
-- interrupted in between finds nothing to remove when it is run again, and has the views still to do.
CREATE TABLE sink.unfinished_removals (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    begun_at timestamptz NOT NULL DEFAULT now()
);
