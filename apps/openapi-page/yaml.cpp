#include "apps/openapi-page/yaml.hpp"

#include "base/decimal.hpp"

#include <nlohmann/json.hpp>
#include <yaml-cpp/yaml.h>

#include <stdexcept>

namespace suanpan::openapi {

namespace {

Json scalar(const YAML::Node& node) {
    const std::string& text = node.Scalar();
    if (node.Tag() == "!") return text;  // quoted
    if (text == "null" || text == "~") return nullptr;
    if (text == "true" || text == "false") return text == "true";
    if (const auto number = parse_integer(text)) return *number;
    return text;
}

Json to_json(const YAML::Node& node) {
    if (node.IsSequence()) {
        Json out = Json::array();
        for (const YAML::Node& item : node)
            out.push_back(to_json(item));
        return out;
    }
    if (node.IsMap()) {
        Json out = Json::object();
        for (const auto& member : node) {
            const std::string name = member.first.as<std::string>();
            if (out.contains(name)) throw std::runtime_error("'" + name + "' stands twice");
            out[name] = to_json(member.second);
        }
        return out;
    }
    return node.IsScalar() ? scalar(node) : Json();
}

}  // namespace

Json parse_yaml(const std::string& text) {
    return to_json(YAML::Load(text));
}

}  // namespace suanpan::openapi
