#include "apps/suanpan/run_progress.hpp"

#include "base/checked.hpp"
#include "client/api.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>

namespace suanpan::cli {
namespace {

constexpr std::int64_t kBarWidth = 30;
constexpr std::chrono::milliseconds kRedraw{300};

std::string with_commas(std::int64_t number) {
    std::string text = std::to_string(number);
    for (std::size_t at = text.size(); at > 3; at -= 3)
        text.insert(at - 3, ",");
    return text;
}

void sleep_unless(const std::stop_token& stop) {
    constexpr int kParts = 10;
    for (int part = 0; part < kParts && !stop.stop_requested(); ++part)
        std::this_thread::sleep_for(kRedraw / kParts);
}

}  // namespace

std::string progress_bar(std::int64_t done, std::int64_t all) {
    const std::int64_t most = std::max<std::int64_t>(all, 1);
    const std::int64_t now = std::clamp<std::int64_t>(done, 0, most);
    const auto part_of = [&](std::int64_t whole) {
        return narrow(Int128(now) * whole / most).value();  // at most `whole`
    };
    std::string bar;
    for (std::int64_t cell = 0; cell < kBarWidth; ++cell)
        bar += cell < part_of(kBarWidth) ? "█" : "░";
    return fmt::format("[{}] {:>3} %  {} of {} leases", bar, part_of(100), with_commas(now),
                       with_commas(all));
}

RunProgress::RunProgress(const Session& session, std::string range_query) {
    if (session.json || ::isatty(STDERR_FILENO) == 0) return;
    watcher_ = std::jthread([this, &session, query = std::move(range_query)](
                                const std::stop_token& stop) { watch(stop, session, query); });
}

RunProgress::~RunProgress() {
    if (!watcher_.joinable()) return;
    watcher_.request_stop();
    watcher_.join();
    fmt::print(stderr, "\r\033[K");
}

// On a connection of its own. What it cannot learn it does not show: the run itself reports.
void RunProgress::watch(const std::stop_token& stop, const Session& session,
                        const std::string& query) const try {
    const auto url = client::parse_url(session.url);
    if (!url) return;
    client::Api api(*url, session.key);
    const auto preview = api.get("/v1/settlement-runs:preview" + query);
    if (!preview) return;
    const Json& to = preview->at("to");
    std::optional<std::int64_t> all;
    while (!stop.stop_requested()) {
        const auto run = api.get("/v1/settlement-runs/latest");
        if (run && run->at("to") == to) {
            const auto done = run->at("leases").get<std::int64_t>();
            // The preview has what was left when it was asked for.
            if (!all) all = preview->at("leases").get<std::int64_t>() + done;
            fmt::print(stderr, "\r\033[K{}", progress_bar(done, *all));
            std::fflush(stderr);
        }
        sleep_unless(stop);
    }
} catch (const client::TransportError&) {
    return;
}

}  // namespace suanpan::cli
