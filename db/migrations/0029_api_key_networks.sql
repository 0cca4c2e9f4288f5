-- From where a key may be used; none: from anywhere.

ALTER TABLE api_key ADD COLUMN networks text[] NOT NULL DEFAULT '{}';
