#pragma once

// From a request to its handler and back: route, identity, role, body, idempotency, answer, log,
// figures. The only place that does these.

#include "api/call.hpp"
#include "api/router.hpp"
#include "services/iam/idempotent_writes.hpp"

#include <memory>
#include <span>

namespace suanpan::api {

// Thread-safe.
class Dispatcher {
 public:
    // `context` and `routes` must outlive it.
    Dispatcher(Context& context, std::span<const Route> routes);

    // Returns at once; the work goes to the workers. Busy: 503 at once, nothing done.
    void dispatch(Request request, Reply reply) const;

 private:
    void work(const std::shared_ptr<Call>& call, const Reply& reply) const;
    [[nodiscard]] Result<void> find_route(Call& call) const;
    [[nodiscard]] Result<void> prepare(Call& call) const;
    [[nodiscard]] Result<void> authorize(Call& call) const;
    static Result<void> take_turn(Call& call, RateLimiter& limiter);
    [[nodiscard]] bool is_at_hand(Call& call) const;
    void answer_options(const Call& call, const Reply& reply) const;
    static void write(const std::shared_ptr<Call>& call, WriteHandler handler, const Reply& reply);

    Context& context_;
    Router router_;
};

// Whom an answer is stored for.
services::IdempotencyKey idempotency_of(const Call& call, bool for_ever);
// Answers with what is stored or was made, or with the problem.
void answer(const Call& call, const Reply& reply, const Result<services::StoredResponse>& result);
// A command on behalf of the caller.
core::Command command_of(const Call& call, core::CommandBody body);

}  // namespace suanpan::api
