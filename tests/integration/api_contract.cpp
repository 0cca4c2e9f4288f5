#include "tests/integration/api_contract.hpp"

#include "api/router.hpp"
#include "api/routes.hpp"
#include "support/files.hpp"
#include "support/json_schema.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace suanpan::test {

namespace {

constexpr std::size_t kMostChecked = 1U << 20U;  // of an answer; larger ones are of one kind
constexpr std::string_view kJson = "application/json";

std::string read_document() {
    return support::read_file(SUANPAN_SOURCE_DIR "/api/openapi.yaml");
}

std::string media_type(const Answer& answer) {
    const std::string type = answer.header("content-type");
    return type.substr(0, type.find(';'));
}

std::optional<Json> body_of(const client::HttpRequest& request) {
    if (request.body.empty()) return std::nullopt;
    auto body = parse_json(request.body, JsonLimits{request.body.size(), 64});
    if (!body) return std::nullopt;
    return std::move(*body);
}

// The fault codes that say of a member what a schema says too.
bool is_shape(const Json& fault) {
    return fault["code"] == "unknown_field" || fault["code"] == "wrong_type";
}

class Exchange {
 public:
    Exchange(const openapi::Operation& operation, const client::HttpRequest& request,
             const Answer& answer)
        : operation_(operation), request_(request), answer_(answer) {}

    std::vector<std::string> faults() {
        check_answer();
        const auto body = body_of(request_);
        const Json* schema = request_schema(operation_);
        if (body && schema != nullptr) check_body(*schema, *body);
        check_query();
        return std::move(faults_);
    }

 private:
    // Of a batch: every item.
    [[nodiscard]] bool taken() const {
        if (answer_.status >= 300) return false;
        const Json results =
            answer_.body.is_object() ? answer_.body.value("results", Json::array()) : Json::array();
        return std::ranges::none_of(results,
                                    [](const Json& result) { return result["status"] >= 300; });
    }

    void check_answer() {
        const Json& responses = operation_.body->at("responses");
        const std::string status = std::to_string(answer_.status);
        const Json& listed = responses.at(responses.contains(status) ? status : "default");
        const Json content = contract().resolve(listed).value("content", Json::object());
        if (content.empty()) return;
        const std::string type = media_type(answer_);
        if (!content.contains(type)) {
            faults_.push_back("status " + status + " of type '" + type + "' is not described");
            return;
        }
        const bool json = type == kJson || type == "application/problem+json";
        if (request_.method == "HEAD" || !json || answer_.text.size() > kMostChecked) return;
        for (const std::string& fault :
             support::schema_faults(contract().root(), content.at(type).at("schema"), answer_.body,
                                    support::Members::kAreAll)) {
            faults_.push_back("answer " + status + " " + fault);
        }
    }

    void check_body(const Json& schema, const Json& body) {
        const auto wrong = support::schema_faults(contract().root(), schema, body);
        if (taken() && !wrong.empty()) faults_.push_back("taken, but not valid: " + wrong.front());
        if (answer_.code() != "invalid_request" || !wrong.empty()) return;
        for (const Json& fault : answer_.body["errors"]) {
            // Others are of the query.
            const Json::json_pointer at(fault["pointer"].get<std::string>());
            if (is_shape(fault) && body.contains(at))
                faults_.push_back("refused, but valid: " + fault.dump());
        }
    }

    void check_query() {
        const std::size_t mark = request_.target.find('?');
        if (mark == std::string::npos || !taken()) return;
        const auto target = api::parse_target(request_.target);
        for (const auto& [name, value] : target->query) {
            const auto found =
                std::ranges::find_if(operation_.parameters, [&name](const Json* parameter) {
                    return (*parameter)["in"] == "query" && (*parameter)["name"] == name;
                });
            if (found == operation_.parameters.end())
                faults_.push_back("the query's '" + name + "' is not described");
        }
    }

    const openapi::Operation& operation_;
    const client::HttpRequest& request_;
    const Answer& answer_;
    std::vector<std::string> faults_;
};

}  // namespace

const openapi::Document& contract() {
    static const openapi::Document kDocument(read_document());
    return kDocument;
}

const openapi::Operation* find_operation(const std::string& method, const std::string& target) {
    static const api::Router kRouter(api::routes());
    const auto parsed = api::parse_target(target);
    if (!parsed) return nullptr;
    const auto found = kRouter.find(method, parsed->path);
    if (!found) return nullptr;
    std::string path(found->route->pattern);
    const std::size_t dots = path.find("...}");
    if (dots != std::string::npos) path.erase(dots, 3);
    const auto& operations = contract().operations();
    const auto operation = std::ranges::find_if(operations, [&](const openapi::Operation& one) {
        return one.method == found->route->method && one.path == path;
    });
    return operation == operations.end() ? nullptr : &*operation;
}

const Json* request_schema(const openapi::Operation& operation) {
    const auto body = operation.body->find("requestBody");
    if (body == operation.body->end()) return nullptr;
    return &contract().resolve(*body).at("content").at(kJson).at("schema");
}

std::vector<std::string> contract_faults(const client::HttpRequest& request, const Answer& answer) {
    const auto* operation = find_operation(request.method, request.target);
    if (operation == nullptr) return {};
    return Exchange(*operation, request, answer).faults();
}

}  // namespace suanpan::test
