-- Tax by organisation and service.
ALTER TABLE schedule ADD COLUMN taxes jsonb NOT NULL DEFAULT '[]';
ALTER TABLE organisation
    ADD COLUMN tax_class text NOT NULL DEFAULT '' CHECK (octet_length(tax_class) <= 128);
