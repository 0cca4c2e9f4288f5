#pragma once

#include "db/queries/billing.hpp"
#include "settlement/books/text_sink.hpp"

namespace suanpan::services {

// organisation,name,currency,state,amount,release: a row for what is `available` to be withdrawn,
// then one for each time at which `pending` proceeds become so.
void begin_payouts(settlement::TextSink& out);
void write_payout(const db::Payout& payout, settlement::TextSink& out);

}  // namespace suanpan::services
