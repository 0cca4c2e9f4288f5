#include "api/books.hpp"

#include "api/finishing.hpp"
#include "api/json/render.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>

namespace suanpan::api {

namespace {

constexpr std::size_t kMostPages = 200;  // of up to some 100 KB

std::int64_t quantity_of(const matching::OrderView& order) {
    if (order.terms.side == Side::kBuy) return order.rest;
    std::int64_t most = 0;
    for (const matching::Step& step : order.rest_steps)
        most = std::max(most, step.lots.value);
    return most;
}

std::string write(const matching::MarketKey& market, const BookDepth& depth) {
    Json buys = Json::array();
    Json sells = Json::array();
    for (const BookLevel& level : depth.levels)
        (level.side == Side::kBuy ? buys : sells).push_back(to_json(level));
    return Json{{"market", matching::to_string(market)},
                {"buys", std::move(buys)},
                {"sells", std::move(sells)}}
        .dump();
}

}  // namespace

void Books::load(const core::Rows& state) {
    const std::scoped_lock lock(mutex_);
    resting_.clear();
    for (auto& [market, book] : books_) {
        book.levels.clear();
        ++book.changes;
    }
    size_ = state.head.size;
    for (const core::OrderRow& order : state.orders)
        put(order.view);
}

void Books::committed(const core::Rows& changes) {
    const std::scoped_lock lock(mutex_);
    size_ = changes.head.size;
    for (const core::OrderRow& order : changes.orders)
        put(order.view);
}

void Books::put(const matching::OrderView& order) {
    const auto known = resting_.find(order.terms.id);
    if (known != resting_.end()) take_off(known->second);
    if (!matching::is_open(order.state)) {
        if (known != resting_.end()) resting_.erase(known);
        return;
    }
    const matching::OrderTerms& terms = order.terms;
    const std::int64_t price = terms.limit_price.value;
    Resting& resting = known != resting_.end() ? known->second : resting_[terms.id];
    resting.book = &books_[terms.market];
    resting.place = {terms.side, terms.unit == Unit::kLot,
                     terms.side == Side::kBuy ? -price : price};
    resting.quantity = quantity_of(order);
    ++resting.book->changes;
    Sum& sum = resting.book->levels[resting.place];
    sum.orders += 1;
    sum.quantity += resting.quantity;
}

void Books::take_off(const Resting& resting) {
    const auto level = resting.book->levels.find(resting.place);
    level->second.orders -= 1;
    level->second.quantity -= resting.quantity;
    if (level->second.orders == 0) resting.book->levels.erase(level);
    ++resting.book->changes;
}

Result<BookDepth> Books::depth(const matching::MarketKey& market, std::int64_t most) const {
    const std::scoped_lock lock(mutex_);
    return read(find(market), most);
}

const Books::Book* Books::find(const matching::MarketKey& market) const {
    const auto found = books_.find(market);
    return found == books_.end() ? nullptr : &found->second;
}

Result<BookDepth> Books::read(const Book* book, std::int64_t most) const {
    BookDepth out{size_, {}};
    if (book == nullptr) return out;
    std::int64_t taken = 0;
    for (auto level = book->levels.begin(); level != book->levels.end();) {
        const auto& [side, lots, rank] = level->first;
        const Unit unit = lots ? Unit::kLot : Unit::kCu;
        if (!out.levels.empty() &&
            (out.levels.back().side != side || out.levels.back().unit != unit))
            taken = 0;
        if (taken++ == most) {
            // On to the next side or unit.
            level =
                book->levels.upper_bound({side, lots, std::numeric_limits<std::int64_t>::max()});
            continue;
        }
        const auto quantity = narrow(level->second.quantity);
        if (!quantity) return fail(quantity.error());
        out.levels.push_back({side, unit, Price(side == Side::kBuy ? -rank : rank),
                              level->second.orders, *quantity});
        ++level;
    }
    return out;
}

Books::PagePtr Books::find_page(const matching::MarketKey& market, std::int64_t most) const {
    const auto written = pages_.find({market, most});
    const Book* book = find(market);
    const std::uint64_t changes = book == nullptr ? 0 : book->changes;
    return written != pages_.end() && written->second.changes == changes ? written->second.page
                                                                         : nullptr;
}

bool Books::is_written(const matching::MarketKey& market, std::int64_t most) const {
    const std::scoped_lock lock(mutex_);
    return find_page(market, most) != nullptr;
}

Result<Books::PagePtr> Books::page(const matching::MarketKey& market, std::int64_t most) {
    Result<BookDepth> depth;
    std::uint64_t changes = 0;
    {
        const std::scoped_lock lock(mutex_);
        if (auto page = find_page(market, most)) return page;
        const Book* book = find(market);
        changes = book == nullptr ? 0 : book->changes;
        depth = read(book, most);
    }
    if (!depth) return fail(depth.error());
    std::string json = write(market, *depth);
    std::string tag = tag_of(json);
    auto page = std::make_shared<const BookPage>(BookPage{std::move(json), std::move(tag)});
    const std::scoped_lock lock(mutex_);
    if (pages_.size() >= kMostPages) pages_.clear();
    Written& written = pages_[{market, most}];
    if (written.page == nullptr || written.changes < changes) written = {changes, page};
    return page;
}

}  // namespace suanpan::api
