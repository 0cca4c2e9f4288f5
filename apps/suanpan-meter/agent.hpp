#pragma once

// The meter at work: samples every lease, spools readings, sends them. One thread; a server that is
// slow or away delays samples by some seconds at most, and windows are cut at their ends all the
// same.

#include "apps/suanpan-meter/backoff.hpp"
#include "apps/suanpan-meter/config.hpp"
#include "apps/suanpan-meter/sender.hpp"
#include "apps/suanpan-meter/sources.hpp"
#include "apps/suanpan-meter/spool_folder.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace suanpan::meter {

class Agent {
 public:
    // One line for the log.
    using Say = std::function<void(std::string_view level, const std::string& text)>;
    using MakeSources = std::function<Sources(const LeaseConfig&)>;

    // All that is given must outlive it. Opens the spools of the configured leases, and those of
    // others that still wait under this meter's name.
    Agent(const Config& config, const std::vector<SigningKey>& keys, Clock& clock,
          SpoolFolder& spools, const MakeSources& make_sources, Backoff backoff, Say say);

    // Does what is due; gives how long nothing will be.
    std::int64_t step_us();
    // Writes down where it stands. Call it before the end.
    void stop();

    [[nodiscard]] std::int64_t waiting() const;

 private:
    struct Metered {
        LeaseConfig config;
        ReadingMaker maker;
        ChainSpool* spool;
        Sources sources;
        std::int64_t asked_at_us = 0;  // wall clock, of the lease's time
        std::int64_t next_ask_us = 0;  // even clock
        std::int64_t there_ppm = -1;   // that the spool knows
        bool over = false;
    };

    void sample_all(const Moment& now);
    void sample(Metered& lease);
    void ask_time(Metered& lease, const Moment& now);
    [[nodiscard]] bool must_ask(const Metered& lease, const Moment& now) const;
    void learn(Metered& lease, const LeaseTime& time);
    void feed(Metered& lease, const Sample& sample);
    Result<std::size_t> feed_some(Metered& lease, const Sample* sample);
    void deliver(const Moment& now);
    void pause_network(std::int64_t asked_ms);
    [[nodiscard]] std::int64_t next_sample_us(const Moment& now) const;
    // Once, until something else is to be said under that heading; an empty text ends it.
    void note(const std::string& heading, const std::string& text);

    const Config& config_;
    Clock& clock_;
    SpoolFolder& spools_;
    Sender sender_;
    Link link_;
    Backoff backoff_;
    Say say_;
    std::deque<Metered> leases_;
    std::int64_t next_sample_us_ = 0;  // even clock, as all that follow
    std::int64_t next_send_us_ = 0;
    std::int64_t network_from_us_ = 0;  // the server is left alone until then
    std::map<std::string, std::string> noted_;
};

}  // namespace suanpan::meter
