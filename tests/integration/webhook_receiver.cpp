#include "tests/integration/webhook_receiver.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace suanpan::test {

namespace {

constexpr std::chrono::seconds kPatience{20};

std::string header(const api::Request& request, std::string_view name) {
    return std::string(request.find_header(name).value_or(""));
}

std::shared_ptr<wire::ServerTls> make_tls(const std::optional<wire::TlsFiles>& files) {
    return files ? std::make_shared<wire::ServerTls>(*files) : nullptr;
}

}  // namespace

WebhookReceiver::WebhookReceiver(const std::optional<wire::TlsFiles>& tls)
    : tls_(tls.has_value()),
      server_(
          {"127.0.0.1", 0, 1, make_tls(tls)}, api::ServerLimits{},
          [this](const api::Request& request, const api::Reply& reply) { take(request, reply); }) {
    server_.start();
}

// A reply holds on to its connection, so none may outlive the server.
WebhookReceiver::~WebhookReceiver() {
    {
        const std::scoped_lock lock(mutex_);
        status_ = 204;
        for (const api::Reply& reply : std::exchange(unanswered_, {}))
            reply(api::Response{});
    }
    server_.stop();
}

std::string WebhookReceiver::url() const {
    return (tls_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(server_.port());
}

void WebhookReceiver::answer(int status, const std::string& location) {
    const std::scoped_lock lock(mutex_);
    status_ = status;
    location_ = location;
}

std::vector<Told> WebhookReceiver::all() const {
    return find([](const Told&) { return true; });
}

std::vector<Told> WebhookReceiver::wait_for(std::size_t count,
                                            const std::function<bool(const Told&)>& fits) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [&] {
        return std::ranges::count_if(told_, fits) >= static_cast<std::ptrdiff_t>(count);
    });
    lock.unlock();
    return find(fits);
}

std::vector<Told> WebhookReceiver::wait_for(std::size_t count, const std::string& type) {
    return wait_for(count, [&type](const Told& told) { return told.type() == type; });
}

std::vector<Told> WebhookReceiver::find(const std::function<bool(const Told&)>& fits) const {
    const std::scoped_lock lock(mutex_);
    std::vector<Told> out;
    std::ranges::copy_if(told_, std::back_inserter(out), fits);
    return out;
}

void WebhookReceiver::take(const api::Request& request, const api::Reply& reply) {
    auto payload = parse_json(request.body, JsonLimits{request.body.size(), 64});
    api::Response response;
    {
        const std::scoped_lock lock(mutex_);
        told_.push_back({request.path, header(request, "webhook-id"),
                         header(request, "webhook-timestamp"), header(request, "webhook-signature"),
                         request.body, payload ? std::move(*payload) : Json::object()});
        response.status = status_;
        if (!location_.empty()) response.headers.emplace_back("Location", location_);
        if (status_ == 0) unanswered_.push_back(reply);
    }
    changed_.notify_all();
    if (response.status != 0) reply(std::move(response));
}

}  // namespace suanpan::test
