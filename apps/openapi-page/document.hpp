#pragma once

// An OpenAPI 3.1 document that refers to nothing but its own components.

#include "base/json.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace suanpan::openapi {

struct Operation {
    std::string method;  // "POST"
    std::string path;
    const Json* body = nullptr;           // lives as long as the document
    std::vector<const Json*> parameters;  // of the path and its own, resolved
    [[nodiscard]] std::string id() const { return body->at("operationId"); }
};

class Document {
 public:
    // Throws std::runtime_error, also for a reference that leads nowhere.
    explicit Document(const std::string& yaml);
    Document(const Document&) = delete;
    Document& operator=(const Document&) = delete;

    [[nodiscard]] const Json& root() const { return root_; }
    // In the order of their paths.
    [[nodiscard]] const std::vector<Operation>& operations() const { return operations_; }
    // What `node` refers to, or itself.
    const Json& resolve(const Json& node) const;

 private:
    [[nodiscard]] const Json& at(std::string_view reference) const;
    void check_references(const Json& node) const;

    Json root_;
    std::vector<Operation> operations_;
};

// "#/components/schemas/Order" → "Order".
std::string name_of(std::string_view reference);

}  // namespace suanpan::openapi
