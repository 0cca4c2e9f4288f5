#include "random_day.hpp"

namespace suanpan::core {

void RandomDay::propose_title(SmallMarket& day) {
    const std::uint8_t provider = either(2, 3);
    const std::int64_t share = 1 + below(kPpm - 1);
    const auto proposed = day.run(
        SmallMarket::organisation(either(static_cast<std::uint8_t>(1 + below(5)), provider)),
        ProposeTitle{numbered<PoolId>(provider),
                     Time(day.now.value + below(14'400) - 60),
                     {{SmallMarket::organisation(provider), Ppm(share)},
                      {SmallMarket::organisation(either(4, 5)), Ppm(kPpm - share)}}});
    if (!proposed.refusal) titles_.push_back(*proposed.title);
}

// Mostly by somebody whose word is wanted.
void RandomDay::title(SmallMarket& day) {
    propose_title(day);
    while (!titles_.empty() && !one_in(4)) {
        const TitleRow& row = one_in(4) ? any_of(titles_) : titles_.back();
        auto actor = SmallMarket::organisation(static_cast<std::uint8_t>(1 + below(5)));
        if (!row.missing.empty() && !one_in(4)) actor = any_of(row.missing);
        if (one_in(8)) {
            day.run(actor, RefuseTitle{row.pool, row.title.index});
        } else {
            day.run(actor, ConfirmTitle{row.pool, row.title.index});
        }
    }
}

}  // namespace suanpan::core
