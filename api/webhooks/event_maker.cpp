#include "api/webhooks/event_maker.hpp"

#include "api/json/cash.hpp"
#include "api/json/render.hpp"
#include "base/random.hpp"
#include "base/time.hpp"

#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <exception>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace suanpan::api {

namespace {

using Type = std::string;

constexpr int kOver = -1;  // closed: nothing will be told of it any more

// What of a lease is told: its state, and that its buyer released it.
int told_of(const core::LeaseRow& lease) {
    return 2 * static_cast<int>(lease.state) + (lease.released_from ? 1 : 0);
}

int told_of(const core::DisputeRow& row) {
    return static_cast<int>(row.dispute.state);
}

template <typename Known, typename Id>
bool is_news(const Known& known, const Id& id, int told) {
    const auto found = known.find(id);
    return found == known.end() || found->second != told;
}

bool is_new(const db::Batch& batch, LogIndex index) {
    return index >= batch.expected;
}

Type type_of(const db::Batch& batch, const core::OrderRow& order, bool trades) {
    if (matching::is_open(order.view.state) && !trades)
        return is_new(batch, order.index) ? "order.accepted" : "order.updated";
    return "order." + std::string(matching::to_string(order.view.state));
}

// Empty: it was told before.
Type type_of(const db::Batch& batch, const core::CashRow& row) {
    const bool waits = row.approval.state == settlement::ApprovalState::kRequested;
    if (waits && !is_new(batch, row.index)) return {};
    const Type action(core::action_of(row.move));
    return action + "." +
           (row.reversed ? "reversed" : Type(settlement::to_string(row.approval.state)));
}

// Released is no state of its own: it is told when nothing else has changed.
template <typename Known>
Type type_of(const core::LeaseRow& lease, const Known& known) {
    const auto before = known.find(lease.id);
    if (lease.released_from && before != known.end() && before->second == told_of(lease) - 1)
        return "lease.released";
    return "lease." + std::string(core::to_string(lease.state));
}

db::LineInfo info_of(const core::SettlementLineRow& row, const core::LeaseRow& lease) {
    return {row, lease.buyer, lease.provider, lease.pool, lease.market, lease.terms};
}

}  // namespace

// One batch while its events are made.
class EventMaker::Batch {
 public:
    Batch(db::Batch& batch, const services::WebhookWishes& wishes, Time now)
        : batch_(batch), rows_(batch.changes), wishes_(wishes), now_(now) {}

    void make(const Known& known) {
        tell_orders();
        tell_leases(known);
        tell_lines();
        tell_disputes(known);
        tell_cash();
        tell_documents();
    }

 private:
    template <typename Data>
    void tell(const OrganisationId& whom, const Type& type, const Data& data) {
        if (!wishes_.has(whom, type)) return;
        db::WebhookEventRow event;
        event.id = random_id<WebhookEventId>(rows_.head.last_time);
        event.organisation = whom;
        event.type = type;
        event.time = rows_.head.last_time;
        event.log_size = rows_.head.size;
        event.ordinal = std::ssize(batch_.events);
        event.recorded = now_;
        const Json payload{{"type", type}, {"timestamp", to_string(event.time)}, {"data", data()}};
        event.payload = payload.dump(-1, ' ', false, Json::error_handler_t::replace);
        batch_.events.push_back(std::move(event));
    }

    void tell_orders() {
        std::multimap<OrderId, const core::TradeRow*> trades;
        for (const core::TradeRow& trade : rows_.trades) {
            trades.emplace(trade.fill.buy, &trade);
            trades.emplace(trade.fill.sell, &trade);
        }
        for (const core::OrderRow& order : rows_.orders) {
            const auto [begin, end] = trades.equal_range(order.view.terms.id);
            tell(order.view.terms.organisation, type_of(batch_, order, begin != end), [&] {
                Json data = to_json(order);
                Json fills = Json::array();
                for (auto at = begin; at != end; ++at)
                    fills.push_back(to_json(*at->second));
                data["fills"] = std::move(fills);
                return data;
            });
        }
    }

    void tell_leases(const Known& known) {
        for (const core::LeaseRow& lease : rows_.leases) {
            if (!is_news(known.leases, lease.id, told_of(lease))) continue;
            for (const OrganisationId& party : std::set{lease.buyer, lease.provider})
                tell(party, type_of(lease, known.leases), [&] { return to_json(lease, party); });
        }
    }

    void tell_lines() {
        // Settling a lease changes it, so it is here.
        std::map<LeaseId, const core::LeaseRow*> leases;
        for (const core::LeaseRow& lease : rows_.leases)
            leases.emplace(lease.id, &lease);
        for (const core::SettlementLineRow& line : rows_.lines) {
            const auto lease = leases.find(line.lease);
            if (lease == leases.end()) continue;
            const db::LineInfo info = info_of(line, *lease->second);
            std::set<OrganisationId> parties(line.owners.begin(), line.owners.end());
            parties.insert({info.buyer, info.provider});
            const Type type = line.dispute.is_nil() ? "settlement.line" : "settlement.correction";
            for (const OrganisationId& party : parties)
                tell(party, type, [&] { return to_json(info, party); });
        }
    }

    void tell_disputes(const Known& known) {
        for (const core::DisputeRow& row : rows_.disputes) {
            if (!is_news(known.disputes, row.dispute.id, told_of(row))) continue;
            std::set<OrganisationId> parties(row.owners.begin(), row.owners.end());
            parties.insert({row.buyer, row.provider});
            const Type type = "dispute." + Type(settlement::to_string(row.dispute.state));
            for (const OrganisationId& party : parties)
                tell(party, type, [&] { return to_json(row); });
        }
    }

    void tell_cash() {
        for (const core::CashRow& row : rows_.cash) {
            const Type type = type_of(batch_, row);
            if (!type.empty()) tell(row.move.organisation, type, [&] { return to_json(row); });
        }
    }

    void tell_documents() {
        for (const core::InvoiceRow& row : rows_.invoices)
            tell(row.invoice.organisation, "invoice.issued", [&] { return to_json(row); });
        for (const core::PeriodBalanceRow& row : rows_.period_balances) {
            if (row.index && is_new(batch_, *row.index))
                tell(row.organisation, "statement.ready", [&] { return to_json(row); });
        }
    }

    db::Batch& batch_;
    const core::Rows& rows_;
    const services::WebhookWishes& wishes_;
    Time now_;
};

void EventMaker::learn(const core::Rows& rows, Known& known) const {
    for (const core::LeaseRow& lease : rows.leases)
        known.leases[lease.id] = lease.closed ? kOver : told_of(lease);
    for (const core::DisputeRow& row : rows.disputes)
        known.disputes[row.dispute.id] = told_of(row);
}

void EventMaker::loaded(const core::Rows& state) noexcept {
    try {
        known_ = {};
        next_ = {};
        learn(state, known_);
        // A batch that is durable after all may have had events.
        told_();
    } catch (const std::exception& failure) {
        spdlog::error("webhooks do not know what was told: {}", failure.what());
    }
}

void EventMaker::add_events(db::Batch& batch) noexcept {
    try {
        next_ = {};
        batch.events.clear();
        const auto wishes = wishes_();
        if (!wishes->empty()) Batch(batch, *wishes, real_time_.now()).make(known_);
        tells_ = !batch.events.empty();
        learn(batch.changes, next_);
    } catch (const std::exception& failure) {
        ++failures_;
        batch.events.clear();
        spdlog::error("nobody is told of a commit at log size {}: {}",
                      batch.changes.head.size.value, failure.what());
    }
}

void EventMaker::committed() noexcept {
    try {
        for (const auto& [id, told] : next_.leases) {
            if (told == kOver)
                known_.leases.erase(id);
            else
                known_.leases[id] = told;
        }
        for (const auto& [id, told] : next_.disputes)
            known_.disputes[id] = told;
        next_ = {};
        if (std::exchange(tells_, false)) told_();
    } catch (const std::exception& failure) {
        spdlog::error("webhooks do not know what was told: {}", failure.what());
    }
}

}  // namespace suanpan::api
