#include "api/acknowledge.hpp"

#include "base/decimal.hpp"
#include "services/publishing/publisher_loop.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace suanpan::api {

namespace {

constexpr std::int64_t kMaxWaitS = 30;

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string applied(const Preference& wanted) {
    std::string out = wanted.respond_async ? "respond-async" : "";
    if (wanted.wait_s > 0)
        out += (out.empty() ? "wait=" : ", wait=") + std::to_string(wanted.wait_s);
    return out;
}

// Every answer to a write is a JSON object, a problem too.
void add_acknowledgement(Response& response, const Preference& wanted, bool published) {
    response.headers.emplace_back("Preference-Applied", applied(wanted));
    if (response.body.size() < 2 || response.body.front() != '{') return;
    std::string members = std::string(R"("ack":")") + (published ? "published" : "sequenced") + '"';
    if (response.log_index) {
        const std::string index = std::to_string(*response.log_index);
        members += R"(,"receipt":"/v1/ledger/receipts/)" + index + '"';
    }
    if (response.body != "{}") members += ',';
    response.body.insert(1, members);
}

}  // namespace

std::optional<Preference> parse_prefer(std::string_view header) {
    Preference wanted;
    bool found = false;
    while (!header.empty()) {
        const std::size_t comma = std::min(header.find(','), header.size());
        const std::string_view token = trimmed(header.substr(0, comma));
        header.remove_prefix(std::min(comma + 1, header.size()));
        if (token == "respond-async") {
            wanted.respond_async = true;
            found = true;
        } else if (token.starts_with("wait=")) {
            const auto seconds = parse_integer(token.substr(5));
            if (!seconds || *seconds < 0) continue;
            wanted.wait_s = std::min(*seconds, kMaxWaitS);
            found = true;
        }
    }
    return found ? std::optional(wanted) : std::nullopt;
}

Reply acknowledging(const Call& call, Reply reply) {
    const auto header = call.request.find_header("prefer");
    if (call.request.method != "POST" || !header) return reply;
    const auto wanted = parse_prefer(*header);
    if (!wanted) return reply;
    services::PublisherLoop* publisher = call.context.publisher;
    return [publisher, wanted = *wanted, reply = std::move(reply)](Response response) {
        // What never came into the log has nothing to be acknowledged.
        const auto last = response.log_index ? response.log_index : response.last_log_index;
        if (!last || response.status >= 500) {
            reply(std::move(response));
            return;
        }
        const auto size = static_cast<std::uint64_t>(*last) + 1;
        const auto held = std::make_shared<Response>(std::move(response));
        publisher->when_published(size, wanted.wait_s * 1'000, [held, wanted, reply](bool done) {
            add_acknowledgement(*held, wanted, done);
            reply(std::move(*held));
        });
    };
}

}  // namespace suanpan::api
