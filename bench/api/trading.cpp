#include "bench/api/trading.hpp"

#include "base/time.hpp"
#include "services/clock.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace suanpan::bench {
namespace {

constexpr std::int64_t kHour = 3'600;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::size_t kMostConnections = 1'024;

std::string post(std::string_view target, std::string_view key, std::string_view idempotency,
                 std::string_view body) {
    return fmt::format(
        "POST {} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nIdempotency-Key: {}\r\n"
        "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
        target, key, idempotency, body.size(), body);
}

void expect_status(int status, int wanted, std::string_view body) {
    if (status != wanted)
        throw std::runtime_error(fmt::format("{} was answered: {}", status, body.substr(0, 600)));
}

std::size_t index(int connection) {
    return static_cast<std::size_t>(connection);
}

}  // namespace

Orders::Orders(const std::vector<Pair>& pairs, std::uint64_t seed, std::string name)
    : pairs_(pairs),
      random_(seed),
      name_(std::move(name)),
      first_day_(services::SystemClock().now().value / kDay + 1) {}

std::int64_t Orders::below(std::int64_t n) {
    return std::uniform_int_distribution<std::int64_t>(0, n - 1)(random_);
}

Orders::Order Orders::make(std::size_t number, bool sells) {
    const Pair& pair = pairs_[number];
    const std::int64_t price =
        sells ? 5'000'000 + below(1'000'000) : 4'200'000 + below(1'600'000);  // micro-units
    const std::int64_t day = (first_day_ + below(10)) * kDay;
    const std::int64_t from = sells ? 0 : below(16);
    const std::int64_t until = sells ? 24 : from + 1 + below(8);
    Order out;
    out.key = sells ? pair.key : pair.buyer_key;
    out.id = fmt::format("{}-{}", name_, ++made_);
    out.object = fmt::format(
        R"({{"side":"{}",{}"market":"AI-FP16/CNY","quantity":{},"limit_price":"{}.{:06}",)"
        R"("window":{{"start":"{}","end":"{}"}},"client_order_id":"{}"}})",
        sells ? "sell" : "buy",
        sells ? fmt::format(R"("pool":"{}","price_unit":"lot",)", to_string(pair.pool))
              : std::string(),
        1 + below(8), price / 1'000'000, price % 1'000'000, to_string(Time(day + from * kHour)),
        to_string(Time(day + until * kHour)), out.id);
    return out;
}

SingleOrders::SingleOrders(const std::vector<Pair>& pairs, std::uint64_t seed,
                           const std::string& name)
    : orders_(pairs, seed, name),
      under_way_(kMostConnections),
      sent_(kMostConnections),
      pairs_(pairs.size()) {}

std::string_view SingleOrders::next(int connection) {
    const auto order =
        orders_.make(index(connection) % pairs_, sent_[index(connection)]++ % 2 == 0);
    std::string& request = under_way_[index(connection)];
    request = post("/v1/orders", order.key, order.id, order.object);
    return request;
}

void SingleOrders::answered(int, int status, std::string_view body) {
    expect_status(status, 201, body);
}

BatchedOrders::BatchedOrders(const std::vector<Pair>& pairs, std::uint64_t seed, std::size_t size)
    : orders_(pairs, seed, "batched"),
      under_way_(kMostConnections),
      sent_(kMostConnections),
      pairs_(pairs.size()),
      size_(size) {}

std::string_view BatchedOrders::next(int connection) {
    const bool sells = sent_[index(connection)]++ % 2 == 0;
    std::string body;
    std::string key;
    std::string id;
    for (std::size_t i = 0; i < size_; ++i) {
        auto order = orders_.make(index(connection) % pairs_, sells);
        body += (body.empty() ? "" : ",") + order.object;
        key = std::move(order.key);
        id = std::move(order.id);
    }
    std::string& request = under_way_[index(connection)];
    request = post("/v1/orders:batch", key, "batch-of-" + id, R"({"orders":[)" + body + "]}");
    return request;
}

void BatchedOrders::answered(int, int status, std::string_view body) {
    expect_status(status, 200, body);
    if (body.find("\"error\"") != std::string_view::npos)
        throw std::runtime_error(fmt::format("not all were placed: {}", body.substr(0, 600)));
}

Reads::Reads(const std::vector<Pair>& pairs, const std::string& target) {
    for (const Pair& pair : pairs)
        requests_.push_back(
            fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\r\n",
                        target, pair.buyer_key));
}

std::string_view Reads::next(int connection) {
    return requests_[index(connection) % requests_.size()];
}

void Reads::answered(int, int status, std::string_view body) {
    expect_status(status, 200, body);
    body_size_ = body.size();
}

MixedRequests::MixedRequests(const std::vector<Pair>& pairs, std::int64_t every)
    : pairs_(pairs),
      orders_(pairs, 7, "mixed"),
      reads_(pairs, "/v1/books?market=AI-FP16/CNY"),
      every_(every),
      under_way_(kMostConnections),
      sent_(kMostConnections),
      resting_(kMostConnections) {}

std::string_view MixedRequests::next(int connection) {
    const std::size_t at = index(connection);
    const std::size_t pair = at % pairs_.size();
    if (!resting_[at].empty()) {
        const std::string id = std::exchange(resting_[at], "");
        under_way_[at] = post("/v1/orders/" + id + ":cancel", pairs_[pair].key, "cancel-" + id, "");
        return under_way_[at];
    }
    under_way_[at].clear();
    if (++sent_[at] % every_ != 0) return reads_.next(connection);
    const auto order = orders_.make(pair, true);
    under_way_[at] = post("/v1/orders", order.key, order.id, order.object);
    return under_way_[at];
}

void MixedRequests::answered(int connection, int status, std::string_view body) {
    constexpr std::string_view kId = R"("id":"ord_)";
    if (status != 201) return expect_status(status, 200, body);
    const auto found = body.find(kId);
    const auto from = found + kId.size() - 4;
    if (found == std::string_view::npos) throw std::runtime_error("an order without an id");
    resting_[index(connection)] = body.substr(from, body.find('"', from) - from);
}

}  // namespace suanpan::bench
