#include "apps/suanpan-audit/fault.hpp"
#include "apps/suanpan-audit/gzip.hpp"
#include "apps/suanpan-audit/log_source.hpp"
#include "client/http_client.hpp"
#include "client/url.hpp"
#include "ledger/text.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <utility>

namespace suanpan::audit {
namespace {

constexpr unsigned kReaders = 8;
constexpr int kTries = 6;
constexpr std::chrono::milliseconds kPause(500);
constexpr std::uint64_t kLongestPauseSeconds = 60;

client::Url parse(const std::string& text) {
    auto url = client::parse_url(text);
    if (!url) throw AuditError(url.error().detail());
    return std::move(*url);
}

client::HttpOptions http_options() {
    client::HttpOptions options;
    options.max_response_bytes = ledger::kMaxBundleBytes + 1;
    return options;
}

class UrlSource final : public LogSource {
 public:
    UrlSource(
        const std::string& url, std::string token,
        std::shared_ptr<std::atomic<bool>> reached = std::make_shared<std::atomic<bool>>(false))
        : url_(url),
          prefix_(parse(url).path),
          token_(std::move(token)),
          client_(parse(url), http_options()),
          reached_(std::move(reached)) {}

    [[nodiscard]] std::unique_ptr<LogSource> another() const override {
        return std::make_unique<UrlSource>(url_, token_, reached_);
    }
    // Most of the time goes by with waiting for the server.
    [[nodiscard]] unsigned useful_readers() const override { return kReaders; }

    Result<std::string> read(std::string_view path, std::size_t max_bytes) override {
        client::HttpRequest request;
        request.target = prefix_ + "/" + std::string(path);
        // Hashes do not compress.
        if (path.starts_with("tile/entries/"))
            request.headers.emplace_back("Accept-Encoding", "gzip");
        if (!token_.empty()) request.headers.emplace_back("Authorization", "Bearer " + token_);
        client::HttpResponse response = send(request);
        if (response.status == 404)
            return fail("not_found", std::string(path) + " is missing at " + url_);
        if (response.status == 401 || response.status == 403) {
            throw AuditError(std::string(path) + " at " + url_ +
                             " needs a key with the auditor scope: give it with --token-file");
        }
        if (response.status != 200) {
            throw AuditError(request.target + " at " + url_ + " answers with status " +
                             std::to_string(response.status));
        }
        if (response.header("Content-Encoding") == "gzip") {
            auto plain = unzip(response.body, max_bytes);
            if (!plain)
                return fail(plain.error().code(), std::string(path) + plain.error().detail());
            return plain;
        }
        if (response.body.size() > max_bytes) {
            return fail("too_large", std::string(path) + " has more than " +
                                         std::to_string(max_bytes) + " bytes");
        }
        return std::move(response.body);
    }

    [[nodiscard]] std::string name() const override { return url_; }

 private:
    // A server that is busy for a moment, or a connection that is lost, does not end an audit that
    // may take hours; a server that never answered does.
    client::HttpResponse send(const client::HttpRequest& request) {
        for (int left = kTries;; --left) {
            std::chrono::milliseconds pause = kPause;
            try {
                client::HttpResponse response = client_.send(request);
                *reached_ = true;
                const bool busy = response.status == 429 || response.status == 503;
                if (!busy || left == 1) return response;
                pause = retry_after(response);
            } catch (const client::TransportError& error) {
                if (!*reached_ || left == 1)
                    throw AuditError("cannot reach " + url_ + ": " + error.what());
            }
            std::this_thread::sleep_for(pause);
        }
    }

    static std::chrono::milliseconds retry_after(const client::HttpResponse& response) {
        const auto seconds = ledger::parse_count(response.header("Retry-After"));
        if (!seconds) return kPause;
        return std::chrono::seconds(std::min<std::uint64_t>(*seconds, kLongestPauseSeconds));
    }

    std::string url_;
    std::string prefix_;
    std::string token_;
    client::HttpClient client_;
    std::shared_ptr<std::atomic<bool>> reached_;  // by any reader of this log
};

}  // namespace

std::unique_ptr<LogSource> make_url_source(const std::string& url, std::string token) {
    return std::make_unique<UrlSource>(url, std::move(token));
}

}  // namespace suanpan::audit
