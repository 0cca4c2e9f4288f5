#include "bench/matching/rich_run.hpp"

#include "bench/matching/cpu_clock.hpp"
#include "matching/slab.hpp"

#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <limits>

namespace suanpan::bench {
namespace {

using Clock = std::chrono::steady_clock;

std::int64_t ns_since(Clock::time_point begin) {
    return std::chrono::nanoseconds(Clock::now() - begin).count();
}

// Bytes that the program has asked for and not given back, those of the book's own tables included.
double bytes_of(const RichBook& book) {
    const struct mallinfo2 info = ::mallinfo2();
    return static_cast<double>(info.uordblks + info.hblkhd + book.memory());
}

std::uint32_t narrow(std::uint64_t value) {
    return static_cast<std::uint32_t>(
        std::min<std::uint64_t>(value, std::numeric_limits<std::uint32_t>::max()));
}

void mix(RichTotals& totals) {
    totals.hash = (totals.hash ^ totals.trades) * 0x9E3779B97F4A7C15ULL;
    totals.hash = (totals.hash ^ totals.lots) * 0x9E3779B97F4A7C15ULL;
    totals.hash = (totals.hash ^ totals.cancelled) * 0x9E3779B97F4A7C15ULL;
    totals.hash ^= totals.hash >> 29U;
}

class Runner {
 public:
    Runner(RichBook& book, const RichStream& stream, std::uint32_t resting, RichRun& out)
        : book_(book), stream_(stream), resting_(resting), out_(out) {}

    template <bool Each>
    void run() {
        const auto begin = cpu_now();
        for (std::size_t i = 0; i < stream_.messages.size(); ++i) {
            const auto one = Each ? Clock::now() : Clock::time_point();
            look_ahead(i);
            RichSample& sample = out_.samples[i];
            apply(stream_.messages[i], sample);
            if (Each) sample.ns = narrow(static_cast<std::uint64_t>(ns_since(one)));
        }
        out_.seconds = static_cast<double>((cpu_now() - begin).count()) / 1e9;
    }

 private:
    // The core has decoded its batch just before, so the messages are in the cache, and it tells
    // the engine of them.
    void look_ahead(std::size_t i) const {
        constexpr std::size_t kDecoded = 20;
        constexpr std::size_t kDecodedWhole = 14;
        constexpr std::size_t kFar = 12;
        constexpr std::size_t kNear = 8;
        constexpr std::size_t kNext = 4;
        if (i + kDecoded >= stream_.messages.size()) return;
        if (const auto* terms = order(i + kDecoded))
            matching::prefetch_lines(terms, sizeof(*terms));
        if (const auto* terms = order(i + kDecodedWhole)) fetch_requirement(*terms);
        expect(i + kFar, matching::Ahead::kFar);
        expect(i + kNear, matching::Ahead::kNear);
        expect(i + kNext, matching::Ahead::kNext);
    }
    static void fetch_requirement(const matching::OrderTerms& terms) {
        const auto& conditions = terms.requirement.conditions;
        matching::prefetch_lines(conditions.data(), conditions.size() * sizeof(conditions[0]));
    }
    void expect(std::size_t i, matching::Ahead ahead) const {
        if (const auto* terms = order(i)) return book_.expect(*terms, ahead);
        book_.expect_cancel(stream_.messages[i].order, ahead);
    }
    // That the message places; nullptr: it cancels.
    [[nodiscard]] const matching::OrderTerms* order(std::size_t i) const {
        const RichMessage& message = stream_.messages[i];
        if (message.kind == RichMessage::Kind::kCancel) return nullptr;
        return &stream_.orders[message.order - resting_];
    }

    void apply(const RichMessage& message, RichSample& sample) {
        RichTotals& totals = out_.totals;
        if (message.kind == RichMessage::Kind::kCancel) {
            sample.kind = RichKind::kCancel;
            totals.cancelled += book_.cancel(message.order) ? 1 : 0;
        } else {
            const matching::OrderTerms& terms = stream_.orders[message.order - resting_];
            const RichPlaced placed = book_.place(terms);
            sample.kind = terms.side == Side::kBuy ? RichKind::kBid : RichKind::kSell;
            sample.traded = placed.trades > 0;
            sample.offers_met = narrow(placed.offers_met);
            totals.trades += placed.trades;
            totals.lots += placed.lots;
        }
        mix(totals);
    }

    RichBook& book_;
    const RichStream& stream_;
    std::uint32_t resting_;
    RichRun& out_;
};

}  // namespace

RichRun run_rich(const RichScale& scale, const MakeRichBook& make_book, bool each) {
    RichRun out;
    RichWorld world(scale);
    const auto book = make_book(world.market(), RichWorld::now());
    const double before_pools = bytes_of(*book);
    for (std::uint32_t number = 0; number < scale.pools; ++number)
        book->add_pool(world.pool(number), world.rate(number));
    const double before_orders = bytes_of(*book);
    for (std::uint32_t number = 0; number < scale.resting; ++number)
        book->place(world.next_resting());
    out.bytes_a_pool = (before_orders - before_pools) / scale.pools;
    out.bytes_an_order = (bytes_of(*book) - before_orders) / scale.resting;
    const RichStream stream = world.make_stream();
    out.samples.resize(stream.messages.size());
    Runner runner(*book, stream, scale.resting, out);
    if (each) {
        runner.run<true>();
    } else {
        runner.run<false>();
    }
    return out;
}

}  // namespace suanpan::bench
