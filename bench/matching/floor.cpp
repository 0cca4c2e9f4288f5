// What no book can be faster than: each message is read, and the cache line of its order written.

#include "base/check.hpp"
#include "bench/matching/contestants.hpp"

#include <vector>

namespace suanpan::bench {
namespace {

struct alignas(64) OrderLine {
    std::int32_t price = 0;
    std::uint32_t quantity = 0;
    std::uint64_t touched = 0;
};
static_assert(sizeof(OrderLine) == 64);

}  // namespace

PlainRun run_floor(const PlainWorkload& workload) {
    std::vector<OrderLine> orders(workload.orders);
    PlainRun out;
    out.time = time_messages(workload, [&](const PlainMessage& message) {
        OrderLine& line = orders[message.order];
        ++line.touched;
        if (message.kind == PlainMessage::Kind::kCancel) {
            line.quantity = 0;
            return;
        }
        line.price = message.price;
        line.quantity = message.quantity;
    });
    std::uint64_t touched = 0;
    for (const OrderLine& line : orders)
        touched += line.touched;
    CHECK(touched == workload.messages.size());
    return out;
}

}  // namespace suanpan::bench
