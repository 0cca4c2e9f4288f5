-- Where in the log a stored answer's command stands, so that a repeat is told of its receipt too;
-- none for what is no single command.
ALTER TABLE idempotency ADD COLUMN log_index bigint CHECK (log_index >= 0);
