#pragma once

// Round trips to an address: the time a TCP connection takes to be made, which is one round trip.

#include "apps/suanpan-meter/source.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace suanpan::meter {

struct RoundTrips {
    std::int64_t p50_us = 0;
    std::int64_t p99_us = 0;
    std::int64_t jitter_us = 0;  // mean difference of one to the next (as RFC 3550 §A.8 sums it)
    std::int64_t loss_ppm = 0;
};
// Of tries in their order, a lost one being nothing. Nothing while no try has come back.
std::optional<RoundTrips> sum_up(const std::deque<std::optional<std::int64_t>>& tries);

// Nothing when there is no connection within `timeout_ms`; refusing one is an answer too.
std::optional<std::int64_t> connect_us(const std::string& host, const std::string& port,
                                       std::int64_t timeout_ms);

// One try a sample, summed up over the last kMostTries.
class ProbeSource : public Source {
 public:
    static constexpr std::size_t kMostTries = 100;

    // Addresses in numbers, so that no sample waits for a name server.
    ProbeSource(std::string host, std::string port);
    void read(Sample& sample) override;

 private:
    std::string host_;
    std::string port_;
    std::deque<std::optional<std::int64_t>> tries_;
};

}  // namespace suanpan::meter
