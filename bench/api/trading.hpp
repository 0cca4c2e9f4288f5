#pragma once

// What the parties of a founded market send over HTTP.

#include "bench/api/load.hpp"
#include "bench/settlement/founding.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace suanpan::bench {

// The same stream of orders as bench/core gives to the queue: every other one sells lots for a day,
// every other buys some hours of one, and about half of the bids meet an offer at once. A
// connection acts for one pair, in turn as its provider and as its buyer; the pairs are shared by
// the connections of a load.
class Orders {
 public:
    Orders(const std::vector<Pair>& pairs, std::uint64_t seed, std::string name);

    struct Order {
        std::string key;     // of who places it
        std::string id;      // its client_order_id
        std::string object;  // JSON
    };
    Order make(std::size_t pair, bool sells);

 private:
    std::int64_t below(std::int64_t n);

    const std::vector<Pair>& pairs_;
    std::mt19937_64 random_;
    std::string name_;
    std::int64_t made_ = 0;
    std::int64_t first_day_;
};

// POST /v1/orders.
class SingleOrders final : public Requests {
 public:
    SingleOrders(const std::vector<Pair>& pairs, std::uint64_t seed, const std::string& name);
    std::string_view next(int connection) override;
    void answered(int connection, int status, std::string_view body) override;

 private:
    Orders orders_;
    std::vector<std::string> under_way_;  // by connection
    std::vector<std::int64_t> sent_;
    std::size_t pairs_;
};

// POST /v1/orders:batch, of `size` orders of one party.
class BatchedOrders final : public Requests {
 public:
    BatchedOrders(const std::vector<Pair>& pairs, std::uint64_t seed, std::size_t size);
    std::string_view next(int connection) override;
    void answered(int connection, int status, std::string_view body) override;
    [[nodiscard]] std::size_t size() const { return size_; }

 private:
    Orders orders_;
    std::vector<std::string> under_way_;
    std::vector<std::int64_t> sent_;
    std::size_t pairs_;
    std::size_t size_;
};

// The same GET again and again, each connection with the key of a pair.
class Reads final : public Requests {
 public:
    Reads(const std::vector<Pair>& pairs, const std::string& target);
    std::string_view next(int connection) override;
    void answered(int connection, int status, std::string_view body) override;
    [[nodiscard]] std::size_t body_size() const { return body_size_; }

 private:
    std::vector<std::string> requests_;  // by pair
    std::size_t body_size_ = 0;
};

// Of `requests`, one in `every` is an order that rests until it is cancelled by the next of its
// connection; the others read the book.
class MixedRequests final : public Requests {
 public:
    MixedRequests(const std::vector<Pair>& pairs, std::int64_t every);
    std::string_view next(int connection) override;
    void answered(int connection, int status, std::string_view body) override;

 private:
    const std::vector<Pair>& pairs_;
    Orders orders_;
    Reads reads_;
    std::int64_t every_;
    std::vector<std::string> under_way_;
    std::vector<std::int64_t> sent_;
    std::vector<std::string> resting_;  // an order's id, by connection
};

}  // namespace suanpan::bench
