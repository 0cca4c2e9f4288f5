-- A correction after its month has closed may leave a buyer less than nothing to invoice: then a
-- credit note follows.

ALTER TABLE invoice_sum
    DROP CONSTRAINT invoice_sum_net_micro_check,
    DROP CONSTRAINT invoice_sum_tax_micro_check;
