-- An invoice's page names the credit notes that correct it.
CREATE INDEX invoice_corrects ON invoice (corrects) WHERE corrects IS NOT NULL;
