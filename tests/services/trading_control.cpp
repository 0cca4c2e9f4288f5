// What the operator and the parties do to a market beside trading, at random.

#include "tests/services/trading_fixture.hpp"

namespace suanpan::services {

core::Command RandomTrade::control() {
    const auto boss = [&](core::CommandBody body) {
        return make_command(parties_.boss, std::move(body));
    };
    const auto who = static_cast<std::size_t>(below(2));
    switch (below(12)) {
        case 0: return boss(core::HaltMarket{kTestMarket});
        case 1:
        case 2: return boss(core::ResumeMarket{kTestMarket});
        case 3:
            return boss(
                core::SetBand{kTestMarket, Ppm(100'000 * below(20)), Price(1 + below(90'000))});
        case 4: return boss(core::SetReference{kTestMarket, Price(1 + below(90'000))});
        case 5: return boss(core::KillSwitch{parties_.buyers[who]});
        case 6: return boss(core::Reinstate{parties_.buyers[who]});
        case 7: {
            core::SetLimits set;
            set.target.organisation = parties_.providers[who];
            set.limits.open_orders = 5 + below(20);
            if (below(2) == 0) set.limits.orders_per_second = 1 + below(9);
            return boss(set);
        }
        case 8: {
            core::OpenCall open;
            open.call = {kTestMarket, some_hours(), {}, Price(1 + below(9'000'000))};
            calls_.push_back(open.call.window);
            return boss(open);
        }
        case 9: {
            if (calls_.empty()) return boss(core::Tick{});
            const Window window = calls_.back();
            calls_.pop_back();
            return boss(core::CloseCall{kTestMarket, window});
        }
        case 10: {
            if (log_size_ > 0 && !blocks_.empty() && below(2) == 0) {
                const auto [provider, index] = blocks_.back();
                blocks_.pop_back();
                return make_command(parties_.providers[provider],
                                    core::UnblockLots{parties_.pools[provider], index});
            }
            return make_command(parties_.providers[who],
                                core::BlockLots{parties_.pools[who], some_hours(), Lots(1)});
        }
        default: return replace_or_release();
    }
}

core::Command RandomTrade::replace_or_release() {
    if (!leases_.empty() && below(2) == 0) {
        const core::LeaseRow& lease = leases_.begin()->second;
        return make_command(lease.buyer, core::ReleaseLease{lease.id});
    }
    if (orders_.empty()) return make_command(parties_.boss, core::Tick{});
    const auto at = below(static_cast<std::int64_t>(orders_.size()));
    return make_command(parties_.boss,
                        core::ReplaceOrder{orders_[static_cast<std::size_t>(at)], 1 + below(12),
                                           Price(1 + below(9'000'000))});
}

// After the fact: which entry blocked lots.
void RandomTrade::learn_block(const core::CommandOutcome& outcome) {
    if (outcome.refusal || outcome.entries.empty() || outcome.entries.front().kind != "calendar")
        return;
    const std::string& bytes = outcome.entries.front().bytes;
    if (bytes.find("unblock") != std::string::npos) return;
    for (std::size_t i = 0; i < parties_.pools.size(); ++i) {
        if (bytes.find(to_string(parties_.pools[i])) != std::string::npos)
            blocks_.emplace_back(i, outcome.index);
    }
}

}  // namespace suanpan::services
