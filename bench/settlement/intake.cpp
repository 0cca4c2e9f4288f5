#include "bench/settlement/intake.hpp"

#include "bench/matching/median.hpp"
#include "bench/settlement/copied.hpp"
#include "bench/settlement/founding.hpp"
#include "bench/settlement/server.hpp"
#include "client/http_client.hpp"
#include "client/meter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace suanpan::bench {
namespace {

constexpr std::int64_t kHour = 3'600;
constexpr std::int64_t kStep = 300;  // a reading's window
constexpr std::int64_t kPairs = 8;
constexpr std::int64_t kAgo = 22 * kHour;  // within the deadline of the first windows
constexpr std::size_t kEnvelopes = 5;      // a request

struct PreparedRequest {
    std::string body;
    std::string key;
};

// A reading with all that a GPU node can measure.
client::Measurement measurement(Time start) {
    client::Measurement out;
    out.window = {start, Time(start.value + kStep)};
    out.lot_us = kStep * 1'000'000;
    out.busy_us = kStep * 900'000;
    out.energy_mj = kStep * 400'000;
    out.gauges.memory_max_b = 61'203'283'968;
    out.gauges.rtt_p50_us = 180;
    out.gauges.rtt_p99_us = 950;
    out.gauges.clock_error_us = 120;
    return out;
}

struct Prepared {
    std::vector<PreparedRequest> requests;
    std::int64_t readings = 0;
    std::int64_t bytes = 0;
};

// The envelopes of one meter, put into requests of as many as there are of one pair: first the
// first batch of every lease, then the second.
void add_requests(const Pair& pair, const std::vector<std::vector<std::string>>& by_lease,
                  std::vector<PreparedRequest>& out) {
    std::vector<const std::string*> line;
    for (std::size_t batch = 0; batch < by_lease.front().size(); ++batch) {
        for (const auto& envelopes : by_lease)
            line.push_back(&envelopes[batch]);
    }
    for (std::size_t begin = 0; begin < line.size(); begin += kEnvelopes) {
        std::string body = R"({"envelopes":[)";
        for (std::size_t i = begin; i < std::min(line.size(), begin + kEnvelopes); ++i)
            body += (i > begin ? "," : "") + *line[i];
        out.push_back({body + "]}", pair.key});
    }
}

// Readings come pair after pair in turn, as from many meters.
Prepared prepare(Founding& founding, const IntakeLoad& load, Time start) {
    const Window window{start, Time(start.value + 2 * 24 * kHour)};
    std::vector<std::vector<LeaseId>> leases;
    for (const Pair& pair : founding.pairs())
        leases.push_back(founding.make_leases(pair, window, load.leases / kPairs));
    founding.clock().set(start);
    founding.activate();
    std::vector<client::Measurement> measured;
    for (std::int64_t i = 0; i < load.readings; ++i)
        measured.push_back(measurement(Time(start.value + i * kStep)));
    std::vector<std::vector<PreparedRequest>> by_pair;
    for (std::size_t i = 0; i < leases.size(); ++i) {
        const Pair& pair = founding.pairs()[i];
        client::Meter meter(pair.meter, settlement::MeterRole::kProvider, Founding::meter_seed());
        std::vector<std::vector<std::string>> envelopes;
        for (const LeaseId& lease : leases[i])
            envelopes.push_back(meter.sign(lease, measured));
        add_requests(pair, envelopes, by_pair.emplace_back());
    }
    Prepared out;
    for (std::size_t i = 0; i < by_pair.front().size(); ++i) {
        for (auto& requests : by_pair)
            out.requests.push_back(std::move(requests[i]));
    }
    out.readings = load.readings * (load.leases / kPairs) * kPairs;
    for (const PreparedRequest& request : out.requests)
        out.bytes += std::ssize(request.body);
    return out;
}

// All accepted: an answer that refuses something is a fault of the benchmark.
void expect_accepted(const client::HttpResponse& response) {
    if (response.status != 200 || response.body.find("refused") != std::string::npos ||
        response.body.find("\"error\"") != std::string::npos)
        throw std::runtime_error("refused: " + response.body.substr(0, 600));
}

// Requests of one pair stay in their order, since a connection takes every kPairs-th of them.
void send_all(const std::string& url, const std::vector<PreparedRequest>& requests,
              int connections) {
    std::vector<std::thread> threads;
    std::atomic<bool> failed = false;
    for (int i = 0; i < connections; ++i) {
        threads.emplace_back([&, i] {
            client::HttpClient http(client::parse_url(url).value());
            client::HttpRequest request;
            request.method = "POST";
            request.target = "/v1/readings:batch";
            for (auto at = static_cast<std::size_t>(i); at < requests.size() && !failed;
                 at += static_cast<std::size_t>(connections)) {
                request.body = requests[at].body;
                request.headers = {{"Authorization", "Bearer " + requests[at].key},
                                   {"Content-Type", "application/json"}};
                try {
                    expect_accepted(http.send(request));
                } catch (const std::exception& problem) {
                    fmt::print(stderr, "{}\n", problem.what());
                    failed = true;
                }
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    if (failed) throw std::runtime_error("not all readings were accepted");
}

struct Rates {
    std::vector<double> ours;
    std::vector<double> readings_copied;
    std::vector<double> all_copied;
};

void run_round(const IntakeLoad& load, const std::filesystem::path& folder, Rates& rates) {
    const BenchDatabase ours("suanpan_bench_intake");
    const std::int64_t hour = services::SystemClock().now().value / kHour * kHour;
    const Time start(hour - kAgo);
    Prepared prepared;
    {
        Founding founding(ours, Time(start.value - kHour / 2), kPairs);
        prepared = prepare(founding, load, start);
    }
    std::filesystem::remove_all(folder / "server");
    std::filesystem::create_directories(folder / "server");
    {
        const Server server(ours.conninfo(), folder / "server");
        const double cpu = server.cpu_seconds();
        const auto begin = Monotonic::now();
        send_all(server.url(), prepared.requests, load.connections);
        const double seconds = seconds_since(begin);
        rates.ours.push_back(static_cast<double>(prepared.readings) / seconds);
        fmt::print(
            "  {} readings in {} requests of {} KB each: {:.1f} s, {:.0f}/s; suanpand used {:.1f} s"
            " of processor, {} MiB\n",
            prepared.readings, prepared.requests.size(),
            prepared.bytes / std::ssize(prepared.requests) / 1024, seconds, rates.ours.back(),
            server.cpu_seconds() - cpu, peak_mib(std::to_string(server.process())));
    }
    if (std::stoll(ours.query("SELECT count(*) FROM reading")) != prepared.readings)
        throw std::runtime_error("readings are missing");
    rates.readings_copied.push_back(copy_rows(ours, {{"reading", ""}}, folder).rate());
    const Copied all = copy_rows(
        ours, {{"reading", ""}, {"ledger_entry", "kind = 'readings'"}, {"billing_window", ""}},
        folder);
    rates.all_copied.push_back(static_cast<double>(prepared.readings) / all.seconds);
    fmt::print(
        "  \\copy of the rows of `reading` {:.0f}/s; with the entries and windows {:.0f}/s\n",
        rates.readings_copied.back(), rates.all_copied.back());
}

}  // namespace

void measure_intake(const IntakeLoad& load, int rounds, const std::filesystem::path& folder,
                    Report& report) {
    fmt::print("\nReadings over HTTP: {} leases of {} readings, {} connections\n", load.leases,
               load.readings, load.connections);
    Rates rates;
    for (int round = 0; round < rounds; ++round)
        run_round(load, folder, rates);
    const double ours = median(rates.ours);
    const double ratio = ours / median(rates.readings_copied);
    report.add("reading intake, readings/s", fmt::format("{:.0f}", ours), ">= 40000",
               ours >= 40'000);
    report.add("reading intake / \\copy of the rows of `reading`", fmt::format("{:.2f}", ratio),
               ">= 0.3", ratio >= 0.3);
    report.tell("reading intake / \\copy of all its rows, entries too",
                fmt::format("{:.2f}", ours / median(rates.all_copied)));
}

}  // namespace suanpan::bench
