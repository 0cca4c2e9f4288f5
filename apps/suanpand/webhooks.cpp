#include "apps/suanpand/webhooks.hpp"

#include "client/send_once.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace suanpan::suanpand {

namespace {

constexpr std::size_t kConnections = 3;
constexpr std::int64_t kConnectMs = 5'000;
constexpr std::int64_t kAnswerMs = 10'000;
constexpr std::size_t kMostBytes = 4'096;  // of an answer, which says nothing of use
constexpr std::size_t kMostAddresses = 8;

db::Pool::Options pool_options() {
    db::Pool::Options options;
    options.size = kConnections;
    return options;
}

struct FreeAddresses {
    void operator()(::addrinfo* list) const { ::freeaddrinfo(list); }
};

services::AddressBytes bytes_of(const ::sockaddr& address) {
    services::AddressBytes out{};
    if (address.sa_family == AF_INET6) {
        const auto& v6 = reinterpret_cast<const ::sockaddr_in6&>(address);
        std::copy_n(std::begin(v6.sin6_addr.s6_addr), out.size(), out.begin());
    } else {
        const auto& v4 = reinterpret_cast<const ::sockaddr_in&>(address);
        out[10] = out[11] = 0xff;
        const auto* raw = reinterpret_cast<const std::uint8_t*>(&v4.sin_addr.s_addr);
        std::copy_n(raw, sizeof(v4.sin_addr.s_addr), out.begin() + 12);
    }
    return out;
}

std::vector<services::AddressBytes> resolve(const std::string& host) {
    ::addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    ::addrinfo* found = nullptr;
    const int failure = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
    const std::unique_ptr<::addrinfo, FreeAddresses> list(found);
    if (failure != 0)
        throw std::runtime_error("the host's name leads nowhere: " +
                                 std::string(::gai_strerror(failure)));
    std::vector<services::AddressBytes> out;
    for (const ::addrinfo* each = list.get(); each != nullptr; each = each->ai_next) {
        if (each->ai_family == AF_INET || each->ai_family == AF_INET6)
            out.push_back(bytes_of(*each->ai_addr));
    }
    return out;
}

std::optional<int> send(const services::WebhookMessage& message, const std::stop_token& stop) {
    client::OnceOptions options;
    options.http.connect_timeout_ms = kConnectMs;
    options.http.timeout_ms = kAnswerMs;
    options.http.max_response_bytes = kMostBytes;
    options.stop = stop;
    for (const services::AddressBytes& address : message.addresses) {
        if (options.addresses.size() < kMostAddresses)
            options.addresses.push_back(services::ip_text(address));
    }
    client::HttpRequest request;
    request.method = "POST";
    request.target = message.target.path;
    request.headers = message.headers;
    request.body = message.body;
    const client::Url server{message.target.host, std::to_string(message.target.port), "",
                             message.target.tls};
    try {
        return client::send_once(server, request, options).status;
    } catch (const client::TransportError&) {
        if (stop.stop_requested()) return std::nullopt;
        throw;
    }
}

services::DeliveryLoop::Options loop_options(const Config& config) {
    services::DeliveryLoop::Options options;
    options.retry.first = Duration(config.webhook_first_retry_s);
    options.retry.tries = config.webhook_tries;
    options.targets.allow_private = config.webhook_private;
    options.senders = static_cast<std::size_t>(config.webhook_senders);
    return options;
}

std::filesystem::path key_file(const Config& config) {
    return config.webhook_key.empty() ? config.data / "webhooks.key" : config.webhook_key;
}

}  // namespace

WebhookSide::WebhookSide(const Config& config)
    : database_(config.database, pool_options()),
      key_(services::WebhookKey::load_or_make(key_file(config))),
      directory_(database_),
      loop_(
          database_, key_, directory_, real_time_, [this] { return leads_ && leads_(); },
          services::WebhookNetwork{resolve, send}, loop_options(config)),
      maker_([this] { return directory_.wishes(); }, real_time_, [this] { loop_.wake(); }),
      services_{directory_, key_, loop_, loop_options(config).targets, real_time_} {
    directory_.reload();
}

void WebhookSide::start(std::function<bool()> leads) {
    leads_ = std::move(leads);
    loop_.start();
}

void WebhookSide::read(api::Gauges& gauges) const {
    const services::DeliveryFigures figures = loop_.figures();
    gauges.webhook_delivered = figures.delivered;
    gauges.webhook_failed = figures.failed;
    gauges.webhook_died = figures.died;
    gauges.webhook_waiting = figures.waiting;
    gauges.webhook_pending = figures.pending;
    gauges.webhook_dead = figures.dead;
    gauges.webhook_lost = maker_.failures();
}

}  // namespace suanpan::suanpand
