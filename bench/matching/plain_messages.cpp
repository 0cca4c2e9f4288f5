#include "bench/matching/plain_messages.hpp"

#include "bench/matching/map_book.hpp"
#include "bench/matching/xorshift.hpp"

#include <utility>

namespace suanpan::bench {
namespace {

// The open orders in the sequence that the published generator draws from: the last one moves into
// the hole that one leaves.
class LiveList {
 public:
    [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(orders_.size()); }
    [[nodiscard]] std::uint32_t at(std::uint32_t place) const { return orders_[place]; }

    void append(std::uint32_t order) {
        if (place_.size() <= order) place_.resize(order + 1);
        place_[order] = size();
        orders_.push_back(order);
    }
    void remove(std::uint32_t order) {
        const std::uint32_t hole = place_[order];
        orders_[hole] = orders_.back();
        place_[orders_[hole]] = hole;
        orders_.pop_back();
    }

 private:
    std::vector<std::uint32_t> orders_;
    std::vector<std::uint32_t> place_;  // by order
};

class Generator {
 public:
    PlainWorkload run(std::size_t messages) {
        out_.messages.reserve(messages);
        for (std::size_t i = 0; i < messages; ++i)
            step();
        return std::move(out_);
    }

 private:
    // The sequence of draws is the workload: it may not change.
    void step() {
        random_.below(1);  // the instrument, of one
        const std::uint64_t drift = random_.next();
        if ((drift & 1023U) == 0) mid_ += (drift >> 32U & 1U) != 0 ? 1 : -1;
        const std::uint32_t what = random_.below(100);
        const bool is_new = what < 60 || (what < 95 && live_.size() == 0);
        if (is_new) {
            place(draw_passive());
        } else if (what < 95) {
            cancel(live_.at(random_.below(live_.size())));
        } else {
            place(draw_aggressive());
        }
    }

    // Twelve 16-bit words less their mean: close to a normal distribution of about 20 ticks.
    PlainMessage draw_passive() {
        std::int64_t sum = -393'210;
        for (int draw = 0; draw < 3; ++draw) {
            const std::uint64_t bits = random_.next();
            for (unsigned shift = 0; shift < 64; shift += 16)
                sum += static_cast<std::int64_t>(bits >> shift & 0xFFFFU);
        }
        const auto offset = static_cast<std::int32_t>((sum * 20 + 32'768) >> 16);
        PlainMessage out;
        out.side = offset < 0 || (offset == 0 && !random_.top_bit()) ? Side::kBuy : Side::kSell;
        out.price = mid_ + offset;
        return out;
    }

    PlainMessage draw_aggressive() {
        PlainMessage out;
        out.side = random_.top_bit() ? Side::kSell : Side::kBuy;
        out.price = out.side == Side::kBuy ? book_.best_ask().value_or(mid_) + 5
                                           : book_.best_bid().value_or(mid_) - 5;
        return out;
    }

    void place(PlainMessage message) {
        message.order = out_.orders++;
        message.quantity = 1 + random_.below(100);
        out_.messages.push_back(message);
        const std::uint32_t rest = book_.place(message, [&](const MapBook::Fill& fill) {
            out_.trades.add(fill.maker, message.order, fill.price, fill.quantity);
            if (fill.maker_done) live_.remove(fill.maker);
        });
        if (rest > 0) live_.append(message.order);
    }

    void cancel(std::uint32_t order) {
        PlainMessage message;
        message.kind = PlainMessage::Kind::kCancel;
        message.order = order;
        out_.messages.push_back(message);
        book_.cancel(order);
        live_.remove(order);
    }

    Xorshift random_;
    std::int32_t mid_ = 5'000;
    MapBook book_;
    LiveList live_;
    PlainWorkload out_;
};

}  // namespace

PlainWorkload make_plain_workload(std::size_t messages) {
    return Generator().run(messages);
}

}  // namespace suanpan::bench
