-- A title is proposed and waits for the word of all whom it gives or takes; who gave it, and when,
-- is kept with it.

DROP TRIGGER append_only ON title;
ALTER TABLE title
    ADD COLUMN state text NOT NULL DEFAULT 'confirmed',
    ADD COLUMN missing uuid[] NOT NULL DEFAULT '{}',
    ADD COLUMN confirmed_by uuid[] NOT NULL DEFAULT '{}',
    ADD COLUMN confirmed_at_s bigint[] NOT NULL DEFAULT '{}',
    ADD COLUMN confirmed_index bigint[] NOT NULL DEFAULT '{}',
    ADD COLUMN refused_by uuid,
    ADD CHECK (cardinality(confirmed_by) = cardinality(confirmed_at_s)
               AND cardinality(confirmed_by) = cardinality(confirmed_index)),
    ADD CHECK (state <> 'confirmed' OR cardinality(missing) = 0),
    ADD CHECK ((state = 'refused') = (refused_by IS NOT NULL));
CREATE INDEX title_proposed ON title (log_index) WHERE state = 'proposed';

GRANT UPDATE ON title TO suanpan_app;
