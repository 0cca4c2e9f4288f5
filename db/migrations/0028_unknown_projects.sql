-- Before there were projects, an order could be for any id. One that is still open goes on for no
-- project: nobody has registered that one, nor given it a budget.
UPDATE orders SET project = NULL
 WHERE project IS NOT NULL AND state IN ('open', 'partially_filled')
   AND NOT EXISTS (SELECT FROM project AS p
                    WHERE p.id = orders.project AND p.organisation = orders.organisation);
