#pragma once

// Random contracts, windows, vouchers and titles, often at the ends of their ranges.

#include "settlement/waterfall.hpp"

#include <cstdint>
#include <random>
#include <vector>

namespace suanpan::settlement {

OrganisationId test_organisation(std::uint8_t n);

class RandomContracts {
 public:
    explicit RandomContracts(std::uint64_t seed) : random_(seed) {}

    std::int64_t below(std::int64_t n) {
        return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(n));
    }
    bool one_in(std::int64_t n) { return below(n) == 0; }
    Ppm ppm();
    ContractTerms terms();
    /// Billing windows of an hour, cut at the contract's start and end.
    static std::vector<Window> windows(const Window& contract);
    /// Without a voucher.
    WindowInput input(const ContractTerms& terms, const Window& window);
    VoucherTerms voucher(const ContractTerms& terms);
    std::vector<OwnerShare> owners();
    std::mt19937_64& engine() { return random_; }

 private:
    std::mt19937_64 random_;
};

}  // namespace suanpan::settlement
