#include "settlement/guarantee.hpp"

#include "base/check.hpp"
#include "base/decimal.hpp"
#include "base/words.hpp"

#include <algorithm>

namespace suanpan::settlement {
namespace {

constexpr Words<Quantity, 5> kQuantityWords("quantity", {"rtt_p50_us", "rtt_p99_us", "jitter_us",
                                                         "loss_ppm", "rate_mcu"});

// Of a rate less is worse, of all others more.
bool is_worse(Quantity quantity, std::int64_t value, std::int64_t than) {
    return quantity == Quantity::kRate ? value < than : value > than;
}

// Whether some step's bound lies between them. REQUIRES less < more.
bool is_step_between(const std::vector<Guarantee>& guarantees, Quantity quantity, std::int64_t less,
                     std::int64_t more) {
    return std::ranges::any_of(guarantees, [&](const Guarantee& guarantee) {
        return guarantee.quantity == quantity &&
               guarantee_credit(guarantee, less) != guarantee_credit(guarantee, more);
    });
}

}  // namespace

std::string_view to_string(Quantity quantity) {
    return kQuantityWords[quantity];
}
Result<Quantity> parse_quantity(std::string_view text) {
    return kQuantityWords.parse(text);
}

Result<void> check_guarantee(const Guarantee& guarantee) {
    const Ppm percentile = guarantee.percentile;
    if (percentile.value < 1 || percentile.value > kPpm) {
        return fail("bad_guarantee", "a percentile is from 1 to 1,000,000 parts per million");
    }
    if (guarantee.steps.empty() || guarantee.steps.size() > kMaxGuaranteeSteps)
        return fail("bad_guarantee", "a guarantee has from 1 to 32 steps");
    const GuaranteeStep* before = nullptr;
    for (const GuaranteeStep& step : guarantee.steps) {
        const bool follows =
            before == nullptr || (is_worse(guarantee.quantity, step.beyond, before->beyond) &&
                                  step.credit > before->credit);
        if (!follows || step.beyond < 0 || step.credit.value < 1 || step.credit.value > kPpm) {
            return fail("bad_guarantee", "steps get worse and credit more, up to the whole sale");
        }
        before = &step;
    }
    return {};
}

Ppm guarantee_credit(const Guarantee& guarantee, std::int64_t value) {
    Ppm credit(0);
    for (const GuaranteeStep& step : guarantee.steps) {
        if (is_worse(guarantee.quantity, value, step.beyond)) credit = step.credit;
    }
    return credit;
}

void GaugeSamples::add(std::int64_t value, Duration seconds) {
    CHECK(value >= 0 && seconds.value > 0);
    seconds_[value] += seconds.value;
}

void GaugeSamples::add(const GaugeSamples& other) {
    for (const auto& [value, seconds] : other.seconds_)
        seconds_[value] += seconds;
}

std::optional<std::int64_t> GaugeSamples::percentile(Ppm percentile) const {
    CHECK(percentile.value >= 1 && percentile.value <= kPpm);
    Int128 total = 0;
    for (const auto& [value, seconds] : seconds_)
        total += seconds;
    Int128 covered = 0;
    for (const auto& [value, seconds] : seconds_) {
        covered += seconds;
        if (covered * kPpm >= total * percentile.value) return value;
    }
    return std::nullopt;
}

void GaugeSamples::thin(std::size_t most, const std::vector<Guarantee>& guarantees,
                        Quantity quantity) {
    while (seconds_.size() > most) {
        auto nearest = seconds_.end();
        std::int64_t least = 0;
        for (auto at = seconds_.begin(); std::next(at) != seconds_.end(); ++at) {
            const std::int64_t value = at->first;
            const std::int64_t next = std::next(at)->first;
            if (nearest != seconds_.end() && next - value >= least) continue;
            if (is_step_between(guarantees, quantity, value, next)) continue;
            nearest = at;
            least = next - value;
        }
        if (nearest == seconds_.end()) return;
        std::next(nearest)->second += nearest->second;
        seconds_.erase(nearest);
    }
}

std::vector<std::string> GaugeSamples::to_texts() const {
    std::vector<std::string> out;
    for (const auto& [value, seconds] : seconds_) {
        out.push_back(std::to_string(value));
        out.push_back(std::to_string(seconds));
    }
    return out;
}

Result<GaugeSamples> GaugeSamples::from_texts(const std::vector<std::string>& texts) {
    GaugeSamples out;
    if (texts.size() % 2 != 0) return fail("bad_samples", "each value has its seconds");
    for (std::size_t i = 0; i < texts.size(); i += 2) {
        const auto value = parse_integer(texts[i]);
        const auto seconds = parse_integer(texts[i + 1]);
        if (!value || *value < 0 || !seconds || *seconds <= 0)
            return fail("bad_samples", "a value is not negative, and its seconds are above zero");
        out.add(*value, Duration(*seconds));
    }
    return out;
}

GuaranteeOutcome judge_guarantee(const Guarantee& guarantee, const SideValues& values) {
    const auto decided = [&](const std::optional<std::int64_t>& value) {
        if (!value) return GuaranteeOutcome{};
        return GuaranteeOutcome{value, guarantee_credit(guarantee, *value), Ppm(0)};
    };
    if (!values.buyer) return decided(values.provider);
    if (!values.provider) return decided(values.buyer);
    const GuaranteeOutcome p = decided(values.provider);
    const GuaranteeOutcome b = decided(values.buyer);
    // Every step credits more than the one before, so equal credits are the same side of each.
    if (p.credit == b.credit) return p;
    GuaranteeOutcome out = p.credit > b.credit ? p : b;
    out.disputed = Ppm(out.credit.value - std::min(p.credit, b.credit).value);
    return out;
}

Ppm missed_credit(const std::vector<MissedGuarantee>& missed) {
    std::vector<Ppm> credits;
    credits.reserve(missed.size());
    for (const MissedGuarantee& each : missed)
        credits.push_back(each.credit);
    return combined_credit(credits);
}

Ppm disputed_credit(const std::vector<MissedGuarantee>& missed) {
    std::vector<Ppm> admitted;
    admitted.reserve(missed.size());
    for (const MissedGuarantee& each : missed)
        admitted.emplace_back(each.credit.value - each.disputed.value);
    return Ppm(missed_credit(missed).value - combined_credit(admitted).value);
}

Ppm combined_credit(const std::vector<Ppm>& credits) {
    std::int64_t sum = 0;
    for (const Ppm credit : credits) {
        CHECK(credit.value >= 0 && credit.value <= kPpm);
        sum = std::min(kPpm, sum + credit.value);
    }
    return Ppm(sum);
}

std::optional<std::int64_t> busy_rate_mcu(const Counters& from, const Counters& to) {
    const std::int64_t busy_us = to.busy_us - from.busy_us;
    if (busy_us <= 0 || !from.ops || !to.ops) return std::nullopt;
    // 10^9 operations a second are one milli-CU.
    const Int128 rate = (Int128{*to.ops} - *from.ops) * 1'000'000 / busy_us;
    const auto narrowed = narrow(rate);
    if (!narrowed || *narrowed < 0) return std::nullopt;
    return *narrowed;
}

}  // namespace suanpan::settlement
