#include "bench/settlement/statement.hpp"

#include "bench/settlement/server.hpp"
#include "client/http_client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <utility>

namespace suanpan::bench {
namespace {

constexpr std::int64_t kMostMib = 64;  // far below what all lines together take

std::string get(client::HttpClient& http, const std::string& key, const std::string& target) {
    client::HttpRequest request;
    request.method = "GET";
    request.target = target;
    request.headers = {{"Authorization", "Bearer " + key}};
    client::HttpResponse response = http.send(request);
    if (response.status != 200)
        throw std::runtime_error(target + ": " + response.body.substr(0, 600));
    return std::move(response.body);
}

}  // namespace

void measure_statement(const BenchDatabase& database, const std::string& key,
                       const std::filesystem::path& folder, Report& report) {
    std::filesystem::remove_all(folder / "server");
    std::filesystem::create_directories(folder / "server");
    const Server server(database.conninfo(), folder / "server");
    const std::string process = std::to_string(server.process());
    client::HttpClient http(client::parse_url(server.url()).value());
    // One of no lines first: what every statement needs is there then.
    get(http, key, "/v1/statements?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z&format=csv");
    forget_peak(process);
    const std::int64_t before = peak_mib(process);
    const auto begin = Monotonic::now();
    const std::string text = get(http, key, "/v1/statements?from=2020-01-01T00:00:00Z&format=csv");
    const double seconds = seconds_since(begin);
    const std::int64_t more = peak_mib(process) - before;
    const auto lines = std::ranges::count(text, '\n');
    fmt::print(
        "\nA statement of {} lines, {:.1f} MiB of CSV: {:.1f} s; suanpand took {} MiB more\n",
        lines, static_cast<double>(text.size()) / (1 << 20), seconds, more);
    report.add(fmt::format("statement of {} lines, more memory than before, MiB", lines),
               std::to_string(more), fmt::format("< {}", kMostMib), more < kMostMib);
}

}  // namespace suanpan::bench
