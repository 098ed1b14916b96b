-- When a run began that was interrupted: its observation time moves on when it is gone on with much later.
ALTER TABLE ingest.cursors ADD COLUMN began_at timestamptz;
