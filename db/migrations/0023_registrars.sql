-- Two persons who move money must not go back to one: each names who registered them.
ALTER TABLE person ADD COLUMN registered_by uuid REFERENCES person;
