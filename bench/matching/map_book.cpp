#include "bench/matching/map_book.hpp"

#include "bench/matching/contestants.hpp"

namespace suanpan::bench {

PlainRun run_map_book(const PlainWorkload& workload) {
    MapBook book;
    book.reserve(workload.orders);
    PlainRun out;
    out.time = time_messages(workload, [&](const PlainMessage& message) {
        if (message.kind == PlainMessage::Kind::kCancel) return book.cancel(message.order);
        book.place(message, [&](const MapBook::Fill& fill) {
            out.trades.add(fill.maker, message.order, fill.price, fill.quantity);
        });
    });
    return out;
}

}  // namespace suanpan::bench
