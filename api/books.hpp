#pragma once

// The open orders of each market by price, as of the last commit. Kept in memory from what each
// commit changed: who asks waits for no query, however often the book moves. About 80 bytes an open
// order.

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "core/rows.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace suanpan::api {

// Open orders of one side, unit and limit price. No identities.
struct BookLevel {
    Side side = Side::kBuy;
    Unit unit = Unit::kLot;
    Price limit_price;
    std::int64_t orders = 0;
    // Rest of buys in lots or milli-CU; of sells the most lots free at a moment.
    std::int64_t quantity = 0;
};

// Best first within a side and unit.
struct BookDepth {
    LogIndex size;  // of the log
    std::vector<BookLevel> levels;
};

// As GET /v1/books answers it.
struct BookPage {
    std::string json;
    std::string tag;  // its ETag
};

// Thread-safe.
class Books {
 public:
    // What is open now, and nothing else: at the market's start, and whenever its memory was loaded
    // again. REQUIRES that nothing is committed meanwhile.
    void load(const core::Rows& state);
    // By the market's writer after each commit, in the order of the log.
    void committed(const core::Rows& changes);

    // At most `most` levels of each side and unit; nothing of a market without open orders. Error
    // `overflow`: a level's quantity leaves 64 bits.
    [[nodiscard]] Result<BookDepth> depth(const matching::MarketKey& market,
                                          std::int64_t most) const;
    // The same as text, kept until the market changes.
    using PagePtr = std::shared_ptr<const BookPage>;
    [[nodiscard]] Result<PagePtr> page(const matching::MarketKey& market, std::int64_t most);
    // page() would have nothing to write.
    [[nodiscard]] bool is_written(const matching::MarketKey& market, std::int64_t most) const;

 private:
    // The better, the less: of buys the price counts backwards.
    using Place = std::tuple<Side, bool, std::int64_t>;  // true: lots
    struct Sum {
        std::int64_t orders = 0;
        Int128 quantity = 0;
    };
    struct Book {
        std::map<Place, Sum> levels;
        std::uint64_t changes = 0;
    };
    struct Resting {
        Book* book = nullptr;
        Place place;
        std::int64_t quantity = 0;
    };
    struct Written {
        std::uint64_t changes = 0;  // of the book, when it was read
        PagePtr page;
    };

    // REQUIRES mutex_, these.
    void put(const matching::OrderView& order);
    void take_off(const Resting& resting);
    [[nodiscard]] Result<BookDepth> read(const Book* book, std::int64_t most) const;
    [[nodiscard]] const Book* find(const matching::MarketKey& market) const;
    [[nodiscard]] PagePtr find_page(const matching::MarketKey& market, std::int64_t most) const;

    mutable std::mutex mutex_;
    LogIndex size_;
    std::map<matching::MarketKey, Book> books_;
    std::unordered_map<OrderId, Resting, IdHash> resting_;
    std::map<std::pair<matching::MarketKey, std::int64_t>, Written> pages_;
};

}  // namespace suanpan::api
