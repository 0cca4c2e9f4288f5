#include "apps/openapi-page/document.hpp"

#include "apps/openapi-page/yaml.hpp"

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace suanpan::openapi {

std::string name_of(std::string_view reference) {
    return std::string(reference.substr(reference.rfind('/') + 1));
}

Document::Document(const std::string& yaml) : root_(parse_yaml(yaml)) {
    check_references(root_);
    for (const auto& [path, item] : root_.at("paths").items()) {
        for (const auto& [method, body] : item.items()) {
            if (method == "parameters") continue;
            Operation operation{method, path, &body, {}};
            std::ranges::transform(operation.method, operation.method.begin(),
                                   [](unsigned char c) { return std::toupper(c); });
            for (const Json* owner : {&item, &body}) {
                const auto list = owner->find("parameters");
                if (list == owner->end()) continue;
                for (const Json& parameter : *list)
                    operation.parameters.push_back(&resolve(parameter));
            }
            operations_.push_back(std::move(operation));
        }
    }
}

const Json& Document::at(std::string_view reference) const {
    if (!reference.starts_with("#/"))
        throw std::runtime_error("a reference out of the document: " + std::string(reference));
    const Json::json_pointer pointer{std::string(reference.substr(1))};
    if (!root_.contains(pointer))
        throw std::runtime_error("a reference to nothing: " + std::string(reference));
    return root_.at(pointer);
}

const Json& Document::resolve(const Json& node) const {
    if (!node.is_object() || !node.contains("$ref")) return node;
    return resolve(at(node["$ref"].get_ref<const std::string&>()));
}

void Document::check_references(const Json& node) const {
    resolve(node);
    if (!node.is_structured()) return;
    for (const Json& inner : node)
        check_references(inner);
}

}  // namespace suanpan::openapi
