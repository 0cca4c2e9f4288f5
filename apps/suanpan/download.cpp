#include "apps/suanpan/download.hpp"

#include "client/download.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace suanpan::cli {
namespace {

namespace fs = std::filesystem;

// On a terminal, once a second, from the second one on.
class Progress {
 public:
    Progress() : shown_(isatty(STDERR_FILENO) == 1) {}
    ~Progress() {
        if (said_) fmt::print(stderr, "\r\033[K");
    }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void add(std::size_t bytes) {
        bytes_ += bytes;
        const auto now = std::chrono::steady_clock::now();
        if (!shown_ || now - last_ < std::chrono::seconds(1)) return;
        last_ = now;
        said_ = true;
        fmt::print(stderr, "\r\033[K{}.{} MB", bytes_ / 1'000'000, bytes_ / 100'000 % 10);
        std::fflush(stderr);
    }

 private:
    bool shown_;
    bool said_ = false;
    std::size_t bytes_ = 0;
    std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

Result<void> fetch(const Session& session, const std::string& target,
                   const client::TakePiece& take) {
    const auto server = client::parse_url(session.url);
    if (!server) return fail(server.error());
    client::HttpRequest request;
    request.target = server->path + target;
    if (!session.key.empty())
        request.headers.emplace_back("Authorization", "Bearer " + session.key);
    const client::HttpResponse response = client::download(*server, request, take);
    if (response.status >= 400) return fail(client::problem_error(response.status, response.body));
    return {};
}

Result<void> to_output(const Session& session, const std::string& target) {
    return fetch(session, target, [](std::string_view piece) {
        std::fwrite(piece.data(), 1, piece.size(), stdout);
    });
}

Result<void> to_file(const Session& session, const std::string& target, const std::string& file) {
    const std::string partial = file + ".part";
    std::error_code ignored;
    std::ofstream out(partial, std::ios::binary);
    if (!out) return fail("no_file", "cannot write '" + partial + "'");
    Progress progress;
    Result<void> done;
    try {
        done = fetch(session, target, [&](std::string_view piece) {
            out.write(piece.data(), static_cast<std::streamsize>(piece.size()));
            progress.add(piece.size());
        });
    } catch (...) {
        fs::remove(partial, ignored);
        throw;
    }
    out.close();
    std::error_code failed;
    if (done && out) fs::rename(partial, file, failed);
    if (done && out && !failed) return {};
    fs::remove(partial, ignored);
    if (!done) return done;
    return fail("no_file", "cannot write '" + file + "'");
}

}  // namespace

Result<void> download(const Session& session, const std::string& target, const std::string& file) {
    if (file.empty() || file == "-") return to_output(session, target);
    return to_file(session, target, file);
}

}  // namespace suanpan::cli
