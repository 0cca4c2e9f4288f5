#include "services/trading/bootstrap.hpp"

#include "base/crypto.hpp"
#include "base/random.hpp"
#include "services/clock.hpp"

#include <algorithm>
#include <future>
#include <memory>
#include <utility>
#include <vector>

namespace suanpan::services {
namespace {

constexpr std::string_view kKeyPrefix = "sk_";
constexpr std::size_t kKeyBytes = 32;

StoredResponse respond(const core::CommandOutcome& outcome) {
    if (!outcome.refusal) return StoredResponse{201, "{}", ""};
    return StoredResponse{422, outcome.refusal->detail(), outcome.refusal->code()};
}

Result<StoredResponse> submit_and_wait(CoreLoop& loop, Submission submission) {
    auto answer = std::make_shared<std::promise<Result<StoredResponse>>>();
    auto waiting = answer->get_future();
    submission.done = [answer](Result<StoredResponse> response) {
        answer->set_value(std::move(response));
    };
    if (auto taken = loop.submit(std::move(submission)); !taken) return fail(taken.error());
    return waiting.get();
}

}  // namespace

std::string make_api_secret() {
    std::string digits = to_base64(random_bytes(kKeyBytes));
    std::erase(digits, '=');
    std::ranges::replace(digits, '+', '-');
    std::ranges::replace(digits, '/', '_');
    return std::string(kKeyPrefix) + digits;
}

Hash hash_api_secret(std::string_view secret) {
    return sha256(secret);
}

Result<std::optional<OperatorKey>> bootstrap(CoreLoop& loop, const Clock& clock,
                                             const std::string& operator_name,
                                             const std::function<void(const OperatorKey&)>& keep) {
    bool alone = false;
    loop.inspect([&alone](const core::Market& market) { alone = market.operator_id().is_nil(); });
    if (!alone) return std::optional<OperatorKey>();
    const Time now = clock.now();
    const OperatorKey made{random_id<OrganisationId>(now), make_api_secret()};
    keep(made);
    const db::ApiKeyRow key{random_id<ApiKeyId>(now),
                            made.organisation,
                            hash_api_secret(made.secret),
                            {"settlement", "operator", "auditor"},
                            std::nullopt,
                            "made at the first start"};
    Submission submission{
        core::Command(random_id<CommandId>(now), made.organisation, core::Auth::kSystem,
                      core::RegisterOrganisation{
                          made.organisation,
                          {core::Role::kSettlement, core::Role::kOperator, core::Role::kAuditor}}),
        std::nullopt,
        {db::OrganisationNameRow{made.organisation, operator_name}, key},
        respond,
        {}};
    const auto answer = submit_and_wait(loop, std::move(submission));
    if (!answer) return fail(answer.error());
    if (answer->status != 201) return fail(answer->resource, answer->body);
    return std::optional<OperatorKey>(made);
}

}  // namespace suanpan::services
