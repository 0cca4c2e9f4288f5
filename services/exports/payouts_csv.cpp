#include "services/exports/payouts_csv.hpp"

#include "base/decimal.hpp"
#include "base/time.hpp"
#include "services/exports/csv.hpp"

namespace suanpan::services {

void begin_payouts(settlement::TextSink& out) {
    out.write(csv_row({"organisation", "name", "currency", "state", "amount", "release"}));
}

void write_payout(const db::Payout& payout, settlement::TextSink& out) {
    // What is in dispute has no time yet.
    const std::string_view state = payout.disputed  ? "disputed"
                                   : payout.pending ? "pending"
                                                    : "available";
    const bool timed = payout.pending && !payout.disputed;
    out.write(csv_row({to_string(payout.organisation), csv_text(payout.name), payout.currency,
                       state, to_string(payout.amount), timed ? to_string(payout.release) : ""}));
}

}  // namespace suanpan::services
